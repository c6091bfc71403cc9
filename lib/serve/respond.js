// @ts-check
'use strict';

/**
 * Answers in HTTP: JSON documents, files, errors.
 *
 * Text from a heap is anybody's text. It only ever leaves as JSON, with everything escaped that a terminal, a log or a
 * page could take for more than text, and never as something that a browser would render.
 */

const { pipeline } = require('node:stream/promises');
const { version } = require('../../package.json');
const { HeapAnalyzerError } = require('../errors');
const { jsonText } = require('../json-text');

/** @typedef {import('node:http').ServerResponse} Response */

const HEAD = { schemaVersion: 1, tool: { name: 'heap-analyzer', version } };

/**
 * Headers of every answer. What other middleware has put there for pages (CORS above all) does not hold for a heap.
 * @param {Response} response
 * @param {number} status
 * @param {Record<string, string | number>} headers
 */
function begin(response, status, headers) {
  for (const name of response.getHeaderNames()) {
    if (name.startsWith('access-control-') || name === 'etag') response.removeHeader(name);
  }
  response.statusCode = status;
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/**
 * @param {Response} response
 * @param {number} status
 * @param {object} document without schemaVersion and tool
 * @param {Record<string, string | number>} [headers]
 */
function sendJson(response, status, document, headers = {}) {
  if (response.headersSent || response.destroyed) return;
  const body = `${jsonText({ ...HEAD, ...document })}\n`;
  begin(response, status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

/** Says no, and nothing else. @param {Response} response @param {401 | 403} status */
function sendRefusal(response, status) {
  const [code, message] =
    status === 401 ? ['ERR_HEAP_UNAUTHORIZED', 'unauthorized'] : ['ERR_HEAP_FORBIDDEN', 'forbidden'];
  /** @type {Record<string, string>} */
  const headers = status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
  sendJson(response, status, { error: { code, message } }, headers);
}

/**
 * An error with a status of its own; for others the code decides. What the file system says of our own places, for
 * one, is no missing page.
 * @param {number} status
 * @param {string} code
 * @param {string} message
 * @param {Record<string, string>} [headers]
 */
function refusal(status, code, message, headers) {
  return Object.assign(new HeapAnalyzerError(code, message), { status, headers });
}

const STATUSES = new Map([
  ['ERR_HEAP_USAGE', 400],
  ['ERR_HEAP_BUSY', 429],
  ['ERR_HEAP_NO_MEMORY', 503],
]);

/**
 * @param {Response} response
 * @param {any} error
 */
function sendError(response, error) {
  // Half a body must not look like a whole one.
  if (response.headersSent) return void response.destroy();
  const known = typeof error?.code === 'string' && error.code.startsWith('ERR_HEAP_');
  const code = known ? error.code : 'ERR_HEAP_INTERNAL';
  const refused = code === 'ERR_HEAP_CAPTURE' && error.preflight !== undefined;
  const status = refused ? 503 : (error?.status ?? STATUSES.get(code) ?? 500);
  /** @type {Record<string, string | number>} */
  const headers = { ...error?.headers };
  if (status === 429) headers['Retry-After'] = Math.max(1, Math.ceil((error.retryAfterMs ?? 1000) / 1000));
  const message = error instanceof Error ? error.message : String(error);
  const told = { code, message, offset: error?.offset, retryAfterMs: error?.retryAfterMs };
  sendJson(
    response,
    status,
    { error: { ...told, ...(refused ? { preflight: error.preflight } : {}) } },
    headers,
  );
}

/**
 * @typedef {object} Body
 * @property {import('node:stream').Readable} stream
 * @property {string} name
 * @property {number} sizeBytes
 * @property {string} [sha256]
 * @property {number} [nodeCount]
 * @property {number} [pauseMs]
 * @property {string} [compression]
 * @property {object} [meta]
 */

const TYPES = { gzip: 'application/gzip', zstd: 'application/zstd' };

/**
 * A file as the body. Its digest comes before it, so that the receiver can tell whether it has all.
 * @param {Response} response
 * @param {Body} body
 */
async function sendFile(
  response,
  { stream, name, sizeBytes, sha256, nodeCount, pauseMs, compression, meta },
) {
  const type = TYPES[/** @type {keyof typeof TYPES} */ (compression)] ?? 'application/octet-stream';
  begin(response, 200, {
    'Content-Type': type,
    'Content-Length': sizeBytes,
    'Content-Disposition': `attachment; filename="${name}"`,
    ...(sha256 && {
      'X-Heap-Snapshot-Sha256': sha256,
      'Repr-Digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    }),
    ...(nodeCount !== undefined && { 'X-Heap-Snapshot-Nodes': nodeCount }),
    ...(pauseMs !== undefined && { 'X-Heap-Snapshot-Pause-Ms': pauseMs }),
    // A header is ASCII; the reason for a snapshot need not be.
    ...(meta && { 'X-Heap-Snapshot-Meta': jsonText(meta, /[^\x20-\x7e]/g) }),
  });
  await pipeline(stream, response);
}

module.exports = { refusal, sendJson, sendRefusal, sendError, sendFile };
