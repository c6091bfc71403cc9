// @ts-check
'use strict';

/**
 * What snapshots lie in a directory, and what can be said of each without analysing it: from its sidecar, from the
 * header of the file, and, where neither vouches for it, by reading it to its end.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { promisify } = require('node:util');
const zlib = require('node:zlib');
const { runTask } = require('../lib/engine');
const { fromSystem } = require('../lib/errors');
const { readMeta } = require('../lib/capture/meta');
const { SNAPSHOT, lookAt } = require('./series');

/** So much is read, of all files together, to see whether those without a sidecar are whole: a tenth of a second. */
const CHECKED_UNASKED = 200e6;

/** The header stands at the beginning; its lists of names take about two kilobytes. */
const HEADER_BYTES = 64 << 10;

const gunzip = promisify(
  /** @type {(data: Buffer, options: zlib.ZlibOptions, done: (error: Error | null, result: Buffer) => void) => void} */ (
    zlib.gunzip
  ),
);

/**
 * @typedef {object} Listed
 * @property {string} path as the directory was given
 * @property {number} sizeBytes of the file
 * @property {string} time ISO 8601
 * @property {'capture' | 'file'} timeFrom whether that is when it was captured, or when the file was written
 * @property {number} [pid]
 * @property {number} [threadId]
 * @property {string} [reason]
 * @property {string} [nodeVersion]
 * @property {number} [nodeCount]
 * @property {number} [edgeCount]
 * @property {'whole' | 'broken' | 'unchecked'} state
 * @property {'sidecar' | 'read'} [stateFrom]
 * @property {string} [trouble] what is wrong with a broken one
 * @property {boolean} indexed whether there is an index beside it
 */

/**
 * @param {string} directory
 * @param {{ pid?: number, check?: boolean, signal?: AbortSignal, onProgress?: (progress: { phase: string, fraction: number }) => void }} options
 *   `check`: read every file; left out: only as many as are quickly read
 * @returns {Promise<Listed[]>} in the order of their time
 */
async function listSnapshots(directory, { pid, check, signal, onProgress }) {
  let names;
  try {
    names = (await fs.readdir(directory)).filter((name) => SNAPSHOT.test(name)).sort();
  } catch (error) {
    throw fromSystem(error, `read the directory ${directory}`);
  }
  const all = new Set(names);
  /** @type {Listed[]} */
  const found = [];
  let budget = check ? Infinity : CHECKED_UNASKED;
  for (const [index, name] of names.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ phase: 'reading snapshots', fraction: index / names.length });
    const entry = await describe(path.join(directory, name));
    if (pid !== undefined && entry.pid !== pid) continue;
    entry.indexed = all.has(`${name}.heapindex`);
    if (check || (entry.state === 'unchecked' && entry.sizeBytes <= budget)) {
      if (!check) budget -= entry.sizeBytes;
      Object.assign(entry, await readWhole(entry.path, signal));
    }
    found.push(entry);
  }
  return found.sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || (a.path < b.path ? -1 : 1));
}

/**
 * @param {string} file
 * @returns {Promise<Listed>}
 */
async function describe(file) {
  const { time, timed, pid, threadId } = await lookAt(file);
  // Null as well when it tells of another file than the one that stands there now.
  const meta = await readMeta(file);
  let size;
  let header;
  try {
    size = (await fs.stat(file)).size;
    header = await readHeader(file);
  } catch (error) {
    throw fromSystem(error, `read ${file}`);
  }
  const vouched = meta?.nodeCount !== undefined && meta.sizeBytes === size;
  return {
    path: file,
    sizeBytes: size,
    time: new Date(time).toISOString(),
    timeFrom: timed ? 'capture' : 'file',
    ...optional({ pid, threadId, reason: meta?.reason, nodeVersion: meta?.nodeVersion }),
    ...optional({ nodeCount: meta?.nodeCount ?? header?.nodeCount, edgeCount: header?.edgeCount }),
    ...(vouched ? { state: 'whole', stateFrom: 'sidecar' } : { state: 'unchecked' }),
    indexed: false,
  };
}

/**
 * How many nodes and edges the beginning of a file announces.
 * @param {string} file
 * @returns {Promise<{ nodeCount: number, edgeCount: number } | null>} null where that cannot be read from it
 */
async function readHeader(file) {
  const handle = await fs.open(file, 'r');
  let start;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    start = buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
  if (start[0] === 0x1f && start[1] === 0x8b) {
    try {
      // Only the beginning of a stream: it ends where it ends.
      start = await gunzip(start, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
    } catch {
      return null;
    }
  }
  const text = start.toString('latin1', 0, HEADER_BYTES);
  const [, nodes] = /"node_count":\s*(\d+)/.exec(text) ?? [];
  const [, edges] = /"edge_count":\s*(\d+)/.exec(text) ?? [];
  return nodes === undefined || edges === undefined
    ? null
    : { nodeCount: Number(nodes), edgeCount: Number(edges) };
}

/**
 * @param {string} file
 * @param {AbortSignal} [signal]
 * @returns {Promise<Partial<Listed>>}
 */
async function readWhole(file, signal) {
  try {
    const { nodeCount } = await runTask((native, cancel) => native.check(file, cancel), { signal });
    return { state: 'whole', stateFrom: 'read', nodeCount };
  } catch (error) {
    signal?.throwIfAborted();
    const trouble = /** @type {Error} */ (error).message;
    // What its header announces is not there.
    return { state: 'broken', stateFrom: 'read', nodeCount: undefined, edgeCount: undefined, trouble };
  }
}

/** Without what is not known. @param {Record<string, unknown>} fields */
const optional = (fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

module.exports = { listSnapshots };
