// @ts-check
'use strict';

/**
 * How much memory another process takes, read again and again without stopping it: through its inspector, its
 * endpoint, or what the system tells. What a way cannot tell is null.
 */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { HeapAnalyzerError } = require('../../errors');
const { isAlive } = require('../private-directory');
const { startTicks } = require('../identity');
const { readUrl } = require('./endpoint');
const { shownUrl } = require('./http');
const { openInspected } = require('./inspect');
const { listenerOn, listeningPorts, lookAtProcess, nodeOptionOf } = require('./proc');
const { isLoopback } = require('./websocket');

/**
 * @typedef {object} Figures bytes
 * @property {number | null} pid
 * @property {number | null} rss
 * @property {number | null} heapUsed with what the next collection frees
 * @property {number | null} heapTotal
 * @property {number | null} external
 * @property {number | null} arrayBuffers
 *
 * @typedef {object} Reader
 * @property {'inspector' | 'endpoint' | 'system'} from
 * @property {() => Promise<Figures>} read
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Access
 * @property {boolean} [allowRemote]
 * @property {string} [token]
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 */

const ANSWER_MS = 30_000;
const LARGEST_ANSWER = 1 << 20;

/**
 * @param {{ endpoint: string } | { inspect: string } | { pid: number }} target
 * @param {Access} access
 * @param {import('../source').Source | null} [source] a session that is open already, and stays
 * @returns {Promise<Reader>} to be closed
 */
async function openFigures(target, access, source = null) {
  if (source) return throughSession(source);
  if ('inspect' in target) return byInspector(target.inspect, access);
  if ('endpoint' in target) return byEndpoint(readUrl(target.endpoint), access);
  return byPid(target.pid, access);
}

/**
 * @param {string} address
 * @param {Access} access
 * @returns {Promise<Reader>}
 */
async function byInspector(address, { allowRemote, signal }) {
  const source = await openInspected(address, { allowRemote, signal });
  return { ...throughSession(source), close: async () => source.close() };
}

/**
 * @param {import('../source').Source} source
 * @returns {Reader}
 */
function throughSession(source) {
  return {
    from: 'inspector',
    async read() {
      const { pid, memoryUsage } = await source.see();
      return { pid, ...usage(memoryUsage) };
    },
    async close() {},
  };
}

/**
 * By the route `/memory` of our own endpoint. One that was written by hand has none: then the process behind it is looked
 * at from outside, where it is on this machine.
 * @param {URL} endpoint
 * @param {Access} access
 * @returns {Promise<Reader>}
 */
async function byEndpoint(endpoint, access) {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/memory`;
  url.search = '';
  const first = await getJson(url, access);
  if (first.status === 401 || first.status === 403) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_REMOTE',
      `${shownUrl(url)} answers with status ${first.status}: not allowed`,
    );
  }
  if (first.body?.tool?.name === 'heap-analyzer' || Number.isFinite(first.body?.memory?.rss)) {
    return {
      from: 'endpoint',
      async read() {
        const { status, body } = await getJson(url, access);
        if (!Number.isFinite(body?.memory?.rss)) {
          throw new HeapAnalyzerError(
            'ERR_HEAP_REMOTE',
            `${shownUrl(url)} answers with status ${status}, without figures`,
          );
        }
        return { pid: Number.isInteger(body.pid) ? body.pid : null, ...usage(body.memory) };
      },
      async close() {},
    };
  }
  const port = Number(endpoint.port || (endpoint.protocol === 'https:' ? 443 : 80));
  const pid = isLoopback(endpoint.hostname.replace(/^\[|\]$/g, '')) ? listenerOn(port) : null;
  if (pid !== null) return byPid(pid, {});
  throw new HeapAnalyzerError(
    'ERR_HEAP_UNSUPPORTED',
    `${shownUrl(endpoint)} tells no memory figures: it is not the endpoint of heap-analyzer; give --pid or --inspect`,
  );
}

/**
 * The system knows the resident memory. The heap is known to an inspector only, which is asked where it is open.
 * @param {number} pid
 * @param {Access} access
 * @returns {Promise<Reader>}
 */
async function byPid(pid, { signal }) {
  if (process.platform !== 'linux') return bySystem(pid);
  const given = nodeOptionOf(lookAtProcess(pid), '--inspect');
  const port = Number(/(\d+)$/.exec(given ?? '')?.[1] ?? 9229);
  const open = given !== undefined && listeningPorts(pid).has(port);
  return open ? byInspector(String(port), { signal }) : bySystem(pid);
}

/**
 * @param {number} pid
 * @returns {Reader}
 */
function bySystem(pid) {
  if (!isAlive(pid)) throw gone(pid, 'there is no process');
  const since = startTicks(pid);
  return {
    from: 'system',
    async read() {
      const rss = residentOf(pid);
      if (rss === null || startTicks(pid) !== since) throw gone(pid, 'there is no longer a process');
      return { pid, rss, heapUsed: null, heapTotal: null, external: null, arrayBuffers: null };
    },
    async close() {},
  };
}

/** @param {number} pid @param {string} what */
const gone = (pid, what) => new HeapAnalyzerError('ERR_HEAP_NOT_FOUND', `${what} ${pid}`);

/**
 * @param {number} pid
 * @returns {number | null} bytes; null when there is no such process
 */
function residentOf(pid) {
  try {
    if (process.platform === 'linux') {
      const status = fs.readFileSync(`/proc/${pid}/status`, 'latin1');
      // A process that has ended and is not yet collected has no memory line.
      const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
      return kilobytes === undefined ? null : Number(kilobytes) * 1024;
    }
    if (process.platform === 'win32') return residentOnWindows(pid);
    const text = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
    return Number(text.trim()) * 1024;
  } catch {
    return null;
  }
}

/** @param {number} pid @returns {number | null} */
function residentOnWindows(pid) {
  const script = `(Get-Process -Id ${pid}).WorkingSet64`;
  const text = execFileSync('powershell', ['-NoProfile', '-Command', script], { encoding: 'utf8' });
  return /^\d+$/.test(text.trim()) ? Number(text.trim()) : null;
}

/** @param {any} memory */
function usage({ rss, heapUsed, heapTotal, external, arrayBuffers }) {
  const known = (/** @type {unknown} */ value) => (typeof value === 'number' && value >= 0 ? value : null);
  return {
    rss: known(rss),
    heapUsed: known(heapUsed),
    heapTotal: known(heapTotal),
    external: known(external),
    arrayBuffers: known(arrayBuffers),
  };
}

/**
 * @param {URL} url
 * @param {Access} access
 * @returns {Promise<{ status: number, body: any }>} body null when it is no JSON
 */
function getJson(url, { token, headers = {}, signal }) {
  const { get } = url.protocol === 'https:' ? https : http;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const fail = (/** @type {Error} */ error) => {
      const why = /** @type {any} */ (error).code === 'ECONNREFUSED' ? 'nobody listens there' : error.message;
      const message = `${shownUrl(url)} does not answer: ${why}`;
      reject(
        signal?.aborted ? signal.reason : new HeapAnalyzerError('ERR_HEAP_REMOTE', message, { cause: error }),
      );
    };
    const sent = { headers: { accept: 'application/json', ...authorization, ...headers } };
    const request = get(url, { ...sent, agent: false, signal, timeout: ANSWER_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
        if (text.length > LARGEST_ANSWER) request.destroy(new Error('its answer is too long'));
      });
      response.on('error', fail);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
    });
    request.on('timeout', () => request.destroy(new Error(`nothing came for ${ANSWER_MS / 1000} s`)));
    request.on('error', fail);
  });
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

module.exports = { openFigures };
