// @ts-check
'use strict';

/**
 * The inspector of another process: found by its address, talked to over a WebSocket.
 *
 * Whoever reaches an inspector can run any code in that process, and everything passes in the clear. So the address
 * has to be one of this host unless the user says otherwise; from elsewhere one comes by a tunnel.
 */

const http = require('node:http');
const { HeapAnalyzerError } = require('../../errors');
const { Channel } = require('../channel');

/** Pieces of a snapshot are of some megabytes at most; the protocol has no larger messages for us. */
const LARGEST_MESSAGE = 256 << 20;
const LARGEST_LIST = 1 << 20;

/** @typedef {{ host: string, port: number, path?: string }} Address */

/**
 * `9229`, `127.0.0.1:9229`, `[::1]:9229`, `ws://127.0.0.1:9229/<id>`, as Node prints it.
 * @param {unknown} text
 * @param {boolean} allowRemote
 * @returns {Address}
 */
function readAddress(text, allowRemote) {
  const wrong = () =>
    new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `the address of an inspector is HOST:PORT or a port, and not ${JSON.stringify(text)}`,
    );
  const given = String(text);
  let url;
  try {
    if (/^\d+$/.test(given)) url = new URL(`ws://127.0.0.1:${given}`);
    else url = new URL(/^(?:ws|http):\/\//.test(given) ? given : `ws://${given}`);
  } catch {
    throw wrong();
  }
  const port = url.port === '' ? 9229 : Number(url.port);
  if (port === 0 || url.hostname === '' || url.username !== '' || url.search !== '') throw wrong();
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowRemote && !isLoopback(host)) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `${host} is not this host: an inspector lets anybody run code, and the heap would cross the network in the clear. ` +
        `Tunnel it (ssh -L ${port}:127.0.0.1:${port} ${host}), or allow it (allowRemote, --allow-remote)`,
    );
  }
  const path = url.protocol === 'ws:' && url.pathname.length > 1 ? url.pathname : undefined;
  return { host, port, ...(path === undefined ? {} : { path }) };
}

/** @param {string} host without brackets */
function isLoopback(host) {
  const name = host.toLowerCase();
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    /^127(?:\.\d{1,3}){3}$/.test(name)
  );
}

/** @param {Address} address */
const shown = ({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/**
 * @param {Address} address
 * @param {{ signal?: AbortSignal, timeoutMs: number }} options
 * @returns {Promise<Channel>} to the main thread
 */
async function connect(address, options) {
  const path = address.path ?? (await findMain(address, options));
  return open(`ws://${shown(address)}${path}`, address, options);
}

/**
 * The path of the main thread's conversation.
 * @param {Address} address
 * @param {{ signal?: AbortSignal, timeoutMs: number }} options
 */
async function findMain(address, options) {
  const text = await getText(address, '/json/list', options);
  let targets;
  try {
    targets = JSON.parse(text);
  } catch {
    targets = null;
  }
  if (!Array.isArray(targets)) throw noInspector(address, 'it answers something else than a list of targets');
  const target = targets.find(({ type }) => type === 'node') ?? targets[0];
  if (typeof target?.webSocketDebuggerUrl !== 'string')
    throw noInspector(address, 'it has no target to inspect');
  // Its own idea of host and port does not hold behind a tunnel or in a container.
  return new URL(target.webSocketDebuggerUrl).pathname;
}

/**
 * @param {Address} address
 * @param {string} why
 * @param {unknown} [cause]
 */
function noInspector(address, why, cause) {
  return new HeapAnalyzerError('ERR_HEAP_REMOTE', `no inspector of Node.js at ${shown(address)}: ${why}`, {
    cause,
  });
}

/**
 * @param {Address} address
 * @param {string} path
 * @param {{ signal?: AbortSignal, timeoutMs: number }} options
 * @returns {Promise<string>}
 */
function getText(address, path, { signal, timeoutMs }) {
  return new Promise((resolve, reject) => {
    const fail = (/** @type {any} */ error) =>
      reject(signal?.aborted ? signal.reason : noInspector(address, error.message, error));
    const { host, port } = address;
    const request = http.get({ host, port, path, agent: false, signal, timeout: timeoutMs }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
        if (body.length > LARGEST_LIST) request.destroy(new Error('its answer is too long'));
      });
      response.on('error', fail);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(body);
        else fail(new Error(`it answers with status ${response.statusCode}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    request.on('error', fail);
  });
}

/**
 * @param {string} url
 * @param {Address} address
 * @param {{ signal?: AbortSignal, timeoutMs: number }} options
 * @returns {Promise<Channel>}
 */
function open(url, address, { signal, timeoutMs }) {
  const { WebSocket } = require('ws');
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      handshakeTimeout: timeoutMs,
      perMessageDeflate: false,
      maxPayload: LARGEST_MESSAGE,
      followRedirects: false,
    });
    const channel = new Channel(
      (message) => socket.send(JSON.stringify(message)),
      () => socket.terminate(),
    );
    const giveUp = () => {
      channel.close(signal?.reason);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    channel.onClose(() => signal?.removeEventListener('abort', giveUp));
    const fail = (/** @type {Error} */ error) => {
      const trouble = noInspector(address, error.message, error);
      channel.close(trouble);
      reject(signal?.aborted ? signal.reason : trouble);
    };
    socket.on('open', () => resolve(channel));
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the connection was closed')));
    socket.on('message', (data) => {
      let message;
      try {
        message = JSON.parse(String(data));
      } catch (error) {
        return fail(/** @type {Error} */ (error));
      }
      channel.receive(message);
    });
    if (signal?.aborted) giveUp();
  });
}

module.exports = { connect, isLoopback, readAddress, shown };
