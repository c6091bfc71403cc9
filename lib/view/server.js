// @ts-check
'use strict';

/**
 * The viewer's server: on 127.0.0.1 alone, at a port of the system's choice, for one browser. It has four things: the page,
 * its script, its style, and answers as JSON. No path of a request ever becomes one of the file system.
 */

const http = require('node:http');
const { HeapAnalyzerError, fromSystem } = require('../errors');
const { jsonText } = require('../json-text');
const { LIVE_POLICY, asset, liveHtml } = require('../report/page');
const { admission } = require('./admission');

/** @typedef {import('node:http').ServerResponse} Response */

const TYPES = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
};

/**
 * @param {object} options
 * @param {import('../report/page').Page} options.page
 * @param {(question: string[]) => Promise<any>} options.answer
 * @param {number} [options.port] default: one that is free
 * @param {number} [options.idleMs] ends when nothing was asked for so long
 * @returns {Promise<{ url: string, port: number, closed: Promise<'idle' | 'closed'>, close(): Promise<void> }>}
 */
async function serveViewer({ page, answer, port = 0, idleMs }) {
  // Read beforehand: what is missing is told now, and not to a browser.
  const files = new Map([
    ['/viewer.js', { type: TYPES.js, body: asset('viewer.js') }],
    ['/viewer.css', { type: TYPES.css, body: asset('viewer.css') }],
    ['/', { type: TYPES.html, body: liveHtml(page) }],
  ]);
  const server = http.createServer({ maxHeaderSize: 16384, requestTimeout: 60_000 });
  const portOf = () => /** @type {import('node:net').AddressInfo} */ (server.address()).port;
  const admit = admission(portOf);
  const idle = idleWatch(idleMs);
  server.on('request', (request, response) => {
    idle.begin();
    response.once('close', idle.end);
    handle(request, response).catch((error) => sendError(response, error));
  });

  /** @param {import('node:http').IncomingMessage} request @param {Response} response */
  async function handle(request, response) {
    if (!admit.isForUs(request))
      return send(response, 403, TYPES.text, 'This viewer answers to its own page only.\n');
    if (request.method !== 'GET') return send(response, 405, TYPES.text, 'Only GET.\n', { Allow: 'GET' });
    const [path, query = ''] = (request.url ?? '/').split('?');
    const token = new URLSearchParams(query).get('token');
    if (path === '/' && token !== null && !admit.isAdmitted(request)) {
      const cookie = admit.exchange(token);
      // The token goes out of the address bar, and with it out of the history.
      if (cookie !== null)
        return send(response, 303, TYPES.text, '', { 'Set-Cookie': cookie, Location: '/' });
    }
    if (!admit.isAdmitted(request)) return send(response, 401, TYPES.text, LOCKED);
    if (path === '/' && token !== null) return send(response, 303, TYPES.text, '', { Location: '/' });
    const file = files.get(path);
    if (file) return send(response, 200, file.type, file.body);
    if (!path.startsWith('/api/')) return send(response, 404, TYPES.text, 'There is nothing here.\n');
    return send(response, 200, TYPES.json, jsonText(await answer(questionOf(path))));
  }

  await listen(server, port);
  idle.start();
  const closed = new Promise((resolve) => {
    server.once('close', () => resolve(idle.isOver() ? 'idle' : 'closed'));
  });
  const close = () =>
    new Promise((resolve) => {
      idle.stop();
      server.close(() => resolve(undefined));
      server.closeAllConnections();
    });
  idle.whenOver(close);
  return { url: `http://127.0.0.1:${portOf()}${admit.link()}`, port: portOf(), closed, close };
}

const LOCKED =
  'This viewer is open in another browser, or this link was used already: each link works once.\n' +
  'Start `heap-analyzer view` again for a new one.\n';

/** @param {string} path @returns {string[]} */
function questionOf(path) {
  try {
    return path.slice('/api/'.length).split('/').map(decodeURIComponent);
  } catch {
    return [];
  }
}

/**
 * @param {Response} response
 * @param {number} status
 * @param {string} type
 * @param {string} body
 * @param {Record<string, string>} [headers]
 */
function send(response, status, type, body, headers = {}) {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Content-Security-Policy': LIVE_POLICY,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    ...headers,
  });
  response.end(body);
}

/** @param {Response} response @param {any} error */
function sendError(response, error) {
  const known = error instanceof HeapAnalyzerError;
  const code = known ? error.code : 'ERR_HEAP_INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  const status =
    error?.status ?? (code === 'ERR_HEAP_NO_OBJECT' ? 404 : code === 'ERR_HEAP_USAGE' ? 400 : 500);
  send(response, status, TYPES.json, jsonText({ error: { code, message } }));
}

/** @param {http.Server} server @param {number} port */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(fromSystem(error, `listen on 127.0.0.1:${port}`)));
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
}

/**
 * Counts requests under way, and the time since the last one.
 * @param {number} [idleMs]
 */
function idleWatch(idleMs) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let underWay = 0;
  let over = false;
  /** @type {() => unknown} */
  let tell = () => undefined;
  const start = () => {
    clearTimeout(timer);
    if (idleMs === undefined || underWay > 0) return;
    timer = setTimeout(() => {
      over = true;
      tell();
    }, idleMs);
  };
  return {
    start,
    begin() {
      underWay++;
      clearTimeout(timer);
    },
    end() {
      underWay--;
      start();
    },
    stop: () => clearTimeout(timer),
    isOver: () => over,
    /** @param {() => unknown} listener */
    whenOver(listener) {
      tell = listener;
    },
  };
}

module.exports = { serveViewer };
