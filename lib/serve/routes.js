// @ts-check
'use strict';

/**
 * What the endpoint does, route by route. Whoever comes here has been let in.
 */

const path = require('node:path');
const { analyzeInput } = require('../analysis');
const { estimateHeapSnapshot } = require('../capture');
const { identity } = require('../capture/identity');
const { HeapAnalyzerError } = require('../errors');
const { findLeaksIn } = require('../leaks');
const { memoryLedger } = require('../watch/ledger');
const { lend, lendFresh, takeStored, takeStream } = require('./captures');
const { line, readQuery, redaction, whole, word, yes } = require('./questions');
const { sendFile, sendJson } = require('./respond');
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

const id = (/** @type {string} */ value) => value;
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

/** As somebody in the app's working directory would type it. @param {string} file */
function fromHere(file) {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

/**
 * What the app asks for and what the request asks for: nobody can ask for less.
 * @param {import('./captures').Redaction} [ours]
 * @param {import('./captures').Redaction} [theirs]
 * @returns {import('./captures').Redaction}
 */
function stricter(ours = false, theirs = false) {
  if (!ours && !theirs) return false;
  return { propertyKeys: Boolean((ours && ours.propertyKeys) || (theirs && theirs.propertyKeys)) };
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

/** @param {Visit} visit */
async function analyze({ response, query, gone, options, state }) {
  const asked = readQuery(query, { id, top: whole(0, 10_000), redact: redaction });
  const redact = stricter(options.redact, asked.redact);
  const settings = { top: asked.top, threads: options.threads, signal: gone };
  const answer = await alone(state, async () => {
    if (asked.id === undefined) {
      const wish = { redact, compress: /** @type {const} */ (false), reason: 'analyze', signal: gone };
      // The file is ours alone, so it may be mapped.
      return withoutPaths(await lendFresh(options, wish, (file) => analyzeInput(file, settings, true)), []);
    }
    const stored = await findStored(options.directory, asked.id);
    return withoutPaths(await lend(stored, redact, gone, (file) => analyzeInput(file, settings, false)), [
      stored,
    ]);
  });
  sendJson(response, 200, answer);
}

/** @param {Visit} visit */
async function leaks({ response, query, gone, options, state }) {
  const asked = readQuery(query, {
    baseline: id,
    target: id,
    final: id,
    finalAfter: word('load', 'rest'),
    minGrowth: whole(1, 0xffffffff),
    redact: redaction,
  });
  const redact = stricter(options.redact, asked.redact);
  const { finalAfter, minGrowth } = asked;
  const settings = { finalAfter, minGrowth, threads: options.threads, signal: gone };
  const answer = await alone(state, async () => {
    const series = await chosen(options.directory, asked);
    // Texts of a redacted snapshot and of another that is not cannot be matched: then all are redacted.
    const alike = stricter(redact, series.map(redactionOf).reduce(stricter, false));
    const found = await lendAll(series, alike, gone, (files) => findLeaksIn(files, settings, false));
    return withoutPaths(found, series);
  });
  sendJson(response, 200, answer);
}

/**
 * How a stored snapshot was redacted when it was taken.
 * @param {import('./store').Stored} stored
 * @returns {import('./captures').Redaction}
 */
function redactionOf({ meta }) {
  const how = /** @type {any} */ (meta.options)?.redacted;
  return how === undefined ? false : { propertyKeys: how === 'keys' };
}

/**
 * @param {import('./store').Stored[]} series
 * @param {import('./captures').Redaction} redact
 * @param {AbortSignal} signal
 * @param {(files: string[]) => Promise<any>} use
 * @returns {Promise<any>}
 */
function lendAll([first, ...rest], redact, signal, use) {
  if (first === undefined) return use([]);
  return lend(first, redact, signal, (file) =>
    lendAll(rest, redact, signal, (files) => use([file, ...files])),
  );
}

/**
 * The snapshots by the ids that were given; without any, the last three of this run of this process.
 * @param {string} directory
 * @param {{ baseline?: string, target?: string, final?: string }} asked
 */
async function chosen(directory, { baseline, target, final }) {
  if (baseline !== undefined || target !== undefined || final !== undefined) {
    if (baseline === undefined || target === undefined) {
      throw new HeapAnalyzerError(
        'ERR_HEAP_USAGE',
        'a series needs the query parameters `baseline` and `target`',
      );
    }
    const ids = final === undefined ? [baseline, target] : [baseline, target, final];
    return Promise.all(ids.map((given) => findStored(directory, given)));
  }
  const { processKey } = identity();
  const ours = (await listStored(directory)).filter(
    ({ meta }) => meta.processKey === processKey && meta.threadId === 0,
  );
  if (ours.length < 2) {
    const what =
      `leaks show between snapshots of one process, and of this one there are ${ours.length}: ` +
      'take one after warming up and one after load';
    throw Object.assign(new HeapAnalyzerError('ERR_HEAP_USAGE', what), { status: 409 });
  }
  return ours.slice(-3);
}

/**
 * Snapshots by their ids: some of the files are gone when this is read.
 * @param {any} answer
 * @param {import('./store').Stored[]} stored
 */
function withoutPaths(answer, stored) {
  const snapshots = answer.snapshots.map(
    (/** @type {any} */ { path: _path, ...told }, /** @type {number} */ index) =>
      stored[index] ? { id: stored[index].id, ...told } : told,
  );
  return { ...answer, snapshots };
}

/**
 * One analysis at a time: each takes threads and memory from the app.
 * @template T
 * @param {{ analysing: boolean }} state
 * @param {() => Promise<T>} task
 */
async function alone(state, task) {
  if (state.analysing) {
    const what = 'another analysis is under way';
    throw new HeapAnalyzerError('ERR_HEAP_BUSY', what, { retryAfterMs: 2000 });
  }
  state.analysing = true;
  try {
    return await task();
  } finally {
    state.analysing = false;
  }
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
    throw new HeapAnalyzerError('ERR_HEAP_NOT_FOUND', `there is nothing here; the routes are ${known}`);
  }
  const method = request.method ?? '';
  if (!Object.hasOwn(methods, method)) {
    const allowed = Object.keys(methods).join(', ');
    const error = new HeapAnalyzerError('ERR_HEAP_USAGE', `this route takes ${allowed}`);
    throw Object.assign(error, { status: 405, headers: { Allow: allowed } });
  }
  await methods[method](visit);
}

module.exports = { follow };
