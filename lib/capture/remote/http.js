// @ts-check
'use strict';

/**
 * One request to an endpoint, its body into a file. `node:http` and not `fetch`: an app that takes a snapshot says
 * nothing for minutes, and fetch gives up on it after five.
 */

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { Transform } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const zlib = require('node:zlib');
const { HeapAnalyzerError } = require('../../errors');

/**
 * @typedef {object} Ask
 * @property {string} method
 * @property {Record<string, string>} headers
 * @property {number} timeoutMs how long nothing may come
 * @property {AbortSignal} [signal]
 * @property {(bytes: number, total: number | null) => void} [onBytes]
 *
 * @typedef {object} Got
 * @property {number} status
 * @property {http.IncomingHttpHeaders} headers
 * @property {number} sizeBytes of the body in the file
 * @property {string} sha256 of the same
 */

/** What the transport put around the body, and is no part of it. */
const ENCODINGS = /** @type {Record<string, () => import('node:stream').Duplex>} */ ({
  gzip: zlib.createGunzip,
  'x-gzip': zlib.createGunzip,
  deflate: zlib.createInflate,
  br: zlib.createBrotliDecompress,
});

/**
 * @param {URL} url
 * @param {string} file is made anew; whatever the answer is, its body is there
 * @param {Ask} ask
 * @returns {Promise<Got>}
 */
async function requestInto(url, file, ask) {
  const response = await respond(url, ask);
  const { statusCode: status = 0, headers } = response;
  const encoding = headers['content-encoding'];
  const decoder = encoding && encoding !== 'identity' ? ENCODINGS[encoding]?.() : null;
  if (decoder === undefined) {
    response.destroy();
    throw new HeapAnalyzerError(
      'ERR_HEAP_REMOTE',
      `${shownUrl(url)} answers in ${encoding}, which is unknown here`,
    );
  }
  const total = decoder === null && headers['content-length'] ? Number(headers['content-length']) : null;
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const count = new Transform({
    transform(chunk, _, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      ask.onBytes?.(sizeBytes, total);
      done(null, chunk);
    },
  });
  const output = fs.createWriteStream(file, { flags: 'w', mode: 0o600 });
  try {
    await (decoder ? pipeline(response, decoder, count, output) : pipeline(response, count, output));
  } catch (error) {
    if (ask.signal?.aborted) throw ask.signal.reason;
    const { code, syscall, message } = /** @type {any} */ (error);
    // A full disk is ours; all else is the other side's, or the network's.
    if (syscall === 'write' || syscall === 'open') throw error;
    throw interrupted(url, `${message}${code ? ` (${code})` : ''}`, error);
  }
  if (!response.complete) throw interrupted(url, 'the connection was closed in the middle');
  return { status, headers, sizeBytes, sha256: hash.digest('hex') };
}

/**
 * @param {URL} url
 * @param {Ask} ask
 * @returns {Promise<http.IncomingMessage>}
 */
function respond(url, { method, headers, timeoutMs, signal }) {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const sent = request(url, { method, headers, agent: false, signal, timeout: timeoutMs }, resolve);
    sent.on('timeout', () => sent.destroy(new Error(`nothing came for ${timeoutMs / 1000} s`)));
    sent.on('error', (error) => {
      if (signal?.aborted) return reject(signal.reason);
      const { code, message } = /** @type {any} */ (error);
      const refused = code === 'ECONNREFUSED';
      const why = refused ? 'nobody listens there' : message;
      reject(Object.assign(unreachable(url, why, error), { notSent: refused }));
    });
    sent.end();
  });
}

/** @param {URL} url @param {string} why @param {unknown} cause */
const unreachable = (url, why, cause) =>
  new HeapAnalyzerError('ERR_HEAP_REMOTE', `${shownUrl(url)} does not answer: ${why}`, { cause });

/** @param {URL} url @param {string} why @param {unknown} [cause] */
const interrupted = (url, why, cause) =>
  new HeapAnalyzerError('ERR_HEAP_REMOTE', `the snapshot of ${shownUrl(url)} did not come whole: ${why}`, {
    cause,
  });

/** Without what may be secret in it. @param {URL} url */
const shownUrl = ({ origin, pathname }) => `${origin}${pathname}`;

module.exports = { requestInto, shownUrl };
