// @ts-check
'use strict';

/**
 * What the endpoint does, route by route. Whoever comes here has been let in.
 */

const path = require('node:path');
const { estimateHeapSnapshot } = require('../capture');
const { listOwnThreads } = require('../capture/threads');
const { memoryLedger } = require('../watch/ledger');
const { lend, stricter, takeStored, takeStream } = require('./captures');
const { line, readQuery, redaction, whole, word, yes } = require('./questions');
const { analyze, leaks } = require('./reports');
const { refusal, sendFile, sendJson } = require('./respond');
const { described, findStored, idOf, listStored, openStored, removeStored } = require('./store');

/**
 * @typedef {object} Visit
 * @property {import('node:http').IncomingMessage} request
 * @property {import('node:http').ServerResponse} response
 * @property {string} path relative to the mount, with its slash and without the query
 * @property {string} query
 * @property {string | null} base path of the mount, for links; null where only `/` is mounted
 * @property {AbortSignal} gone aborts when the client has gone
 * @property {import('./options').ServeOptions} options
 * @property {{ analysing: boolean }} state of this endpoint
 */

const packing = word('gzip', 'zstd', 'none');

/** @param {Visit} visit */
async function take({ request, response, query, base, gone, options }) {
  const asked = readQuery(query, {
    stream: yes,
    compress: packing,
    redact: redaction,
    reason: line,
    thread: whole(0, 0xffffffff),
  });
  const { compress = options.compress ?? false, reason = 'http', thread: threadId } = asked;
  if (threadId !== undefined) await findThread(threadId);
  const wish = {
    redact: stricter(options.redact, asked.redact),
    compress: compress === 'none' ? /** @type {const} */ (false) : compress,
    reason,
    threadId,
  };
  if (asked.stream ?? /^application\/octet-stream\b/.test(request.headers.accept ?? '')) {
    return sendFile(response, await takeStream(options, { ...wish, signal: gone }));
  }
  // Who has gone is no reason to throw away a file that the app has paid for: it is in the list.
  const answer = await takeStored(options, wish);
  const stored = idOf(answer.path);
  const links = base === null ? {} : { download: `${base}/${stored}` };
  /** @type {Record<string, string>} */
  const headers = base === null || request.method !== 'POST' ? {} : { Location: `${base}/${stored}` };
  const document = {
    id: stored,
    snapshot: fromHere(answer.path),
    size: answer.sizeBytes,
    ...links,
    ...answer,
  };
  sendJson(response, request.method === 'POST' ? 201 : 200, document, headers);
}

/** @param {number} wanted */
async function findThread(wanted) {
  const threads = await listOwnThreads();
  if (threads.some(({ threadId }) => threadId === wanted)) return;
  const known = threads.map(({ threadId }) => threadId).join(', ');
  throw refusal(404, 'ERR_HEAP_NOT_FOUND', `this process has no thread ${wanted}; it has ${known}`);
}

/** As somebody in the app's working directory would type it. @param {string} file */
function fromHere(file) {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

/** @param {Visit} visit */
async function list({ response, query, base, options }) {
  readQuery(query, {});
  const snapshots = (await listStored(options.directory)).map((stored) => ({
    ...described(stored),
    ...(base === null ? {} : { download: `${base}/${stored.id}` }),
  }));
  sendJson(response, 200, { snapshots });
}

/** @param {Visit} visit */
async function download({ response, query, path: route, gone, options }) {
  const asked = readQuery(query, { redact: redaction });
  const stored = await findStored(options.directory, route.slice(1));
  const redact = stricter(options.redact, asked.redact);
  await lend(stored, redact, gone, async (file, copied) => {
    const { handle, size } = await openStored({ ...stored, file });
    const stream = handle.createReadStream({ highWaterMark: 1 << 18 });
    const { sha256, nodeCount, compression } = { ...stored.meta, ...copied };
    const name = path.basename(stored.file);
    await sendFile(response, {
      stream,
      name,
      sizeBytes: size,
      sha256,
      nodeCount,
      compression,
      meta: stored.meta,
    });
  });
}

/** @param {Visit} visit */
async function remove({ response, query, path: route, options }) {
  readQuery(query, {});
  const stored = await findStored(options.directory, route.slice(1));
  await removeStored(stored);
  sendJson(response, 200, { deleted: stored.id });
}

/** @param {Visit} visit */
async function memory({ response, query, options }) {
  readQuery(query, {});
  const capture = await estimateHeapSnapshot({ directory: options.directory });
  sendJson(response, 200, { pid: process.pid, memory: memoryLedger(), capture });
}

/** @typedef {(visit: Visit) => Promise<void>} Action */

/** @type {Record<string, Record<string, Action>>} */
const FIXED = {
  '/': { GET: take, POST: take },
  '/list': { GET: list },
  '/memory': { GET: memory },
  '/analyze': { GET: analyze },
  '/leaks': { GET: leaks },
};

/** @type {Record<string, Action>} */
const STORED = { GET: download, DELETE: remove };

/** @param {Visit} visit */
async function follow(visit) {
  const { path: route, request } = visit;
  const methods = Object.hasOwn(FIXED, route) ? FIXED[route] : /^\/[^/]+$/.test(route) ? STORED : undefined;
  if (!methods) {
    const known = [...Object.keys(FIXED), '/:id'].join(', ');
    throw refusal(404, 'ERR_HEAP_NOT_FOUND', `there is nothing here; the routes are ${known}`);
  }
  const method = request.method ?? '';
  if (!Object.hasOwn(methods, method)) {
    const allowed = Object.keys(methods).join(', ');
    throw refusal(405, 'ERR_HEAP_USAGE', `this route takes ${allowed}`, { Allow: allowed });
  }
  await methods[method](visit);
}

module.exports = { follow };
