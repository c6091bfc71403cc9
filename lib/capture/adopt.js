// @ts-check
'use strict';

/**
 * Snapshots that Node wrote by itself (`--heapsnapshot-signal`, `--heapsnapshot-near-heap-limit`) become ours:
 * checked, moved into our directory under a name of ours, with a sidecar. The file of the near heap limit is usually
 * the last thing that a process does, so it is the next start that adopts it.
 *
 * What is not whole stays where it is: it is not ours, and somebody may want to look at it.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { loadNative } = require('../native');
const { readOptions } = require('../options');
const { sha256Of } = require('./digest');
const { checkAndPack, giveName, refuseTakenNames } = require('./finish');
const { identity } = require('./identity');
const { defaultDirectory, nameFor } = require('./names');
const { nodeSnapshotDirectory } = require('./node-options');
const { directoryOptions, heapOptions } = require('./options');
const { FILE_NAME, isAlive, makePrivateDirectory, removePrivateDirectory } = require('./private-directory');
const { keepWithin } = require('./quota');
const { tell } = require('./tell');

/** `Heap.<day>.<time>.<pid>.<thread>.<number>.heapsnapshot`, in local time. */
const NODES = /^Heap\.(\d{4})(\d\d)(\d\d)\.(\d\d)(\d\d)(\d\d)\.(\d+)\.(\d+)\.(\d+)\.heapsnapshot$/;

/**
 * @typedef {object} AdoptOptions
 * @property {string} [from] where Node writes them
 * @property {string} [directory]
 * @property {import('./names').Packing | false} [compress]
 * @property {number} [maxFiles]
 * @property {number} [maxBytes]
 * @property {string} [reason]
 * @property {(file: string, answer: any) => unknown} [onSnapshot]
 * @property {AbortSignal} [signal]
 */

/**
 * What earlier processes left. Documented for users in index.d.ts.
 * @param {unknown} [options]
 */
async function adoptNodeSnapshots(options) {
  const { compress, signal, reason } = heapOptions;
  const read = readOptions('adoptNodeSnapshots', options, {
    ...directoryOptions,
    from: directoryOptions.directory,
    compress,
    signal,
    reason,
  });
  const started = Date.parse(identity().startedAt);
  return adoptFrom(read, async ({ pid, file }) => {
    if (pid !== process.pid) return !isAlive(pid);
    // In a container every process has the same id: what is older than this one is of an earlier one.
    const stats = await fs.stat(file).catch(() => null);
    return stats !== null && stats.mtimeMs < started;
  });
}

/**
 * What this process has written itself, as far as it is not adopted yet.
 * @param {AdoptOptions} options
 */
async function adoptOwn(options) {
  const started = Date.parse(identity().startedAt);
  return adoptFrom(options, async ({ pid, file }) => {
    const stats = pid === process.pid ? await fs.stat(file).catch(() => null) : null;
    return stats !== null && stats.mtimeMs >= started;
  });
}

/**
 * @typedef {{ file: string, time: Date, pid: number, threadId: number }} NodesFile
 *
 * @param {AdoptOptions} options
 * @param {(found: NodesFile) => Promise<boolean>} wanted
 * @returns {Promise<{ adopted: any[], broken: string[] }>}
 */
async function adoptFrom(options, wanted) {
  const from = options.from ?? nodeSnapshotDirectory();
  const names = await fs.readdir(from).catch(() => /** @type {string[]} */ ([]));
  /** @type {any[]} */
  const adopted = [];
  /** @type {string[]} */
  const broken = [];
  for (const name of names.sort()) {
    const found = asNodesFile(from, name);
    if (!found || !(await wanted(found))) continue;
    options.signal?.throwIfAborted();
    loadNative();
    const target = await defaultDirectory(options.directory);
    try {
      const answer = await adoptFile(found, target, options);
      if (!answer) continue;
      adopted.push(answer);
      await keepWithin(target, options, answer.path);
      await tell(options.onSnapshot, answer);
    } catch (error) {
      // A file that is not whole; every other trouble would meet the next file as well.
      if (/** @type {any} */ (error).code !== 'ERR_HEAP_CAPTURE') throw error;
      broken.push(found.file);
    }
  }
  return { adopted, broken };
}

/**
 * @param {string} directory
 * @param {string} name
 * @returns {NodesFile | null}
 */
function asNodesFile(directory, name) {
  const match = NODES.exec(name);
  if (!match) return null;
  const [year, month, day, hour, minute, second, pid, threadId, number] = match.slice(1).map(Number);
  // Several in one second have the numbers 1, 2, 3: names of ours tell them apart by milliseconds.
  const time = new Date(year, month - 1, day, hour, minute, second, number % 1000);
  return { file: path.join(directory, name), time, pid, threadId };
}

/**
 * @param {NodesFile} found
 * @param {string} directory
 * @param {AdoptOptions} options
 * @returns {Promise<any>} null when somebody else was quicker
 */
async function adoptFile({ file, time, pid, threadId }, directory, options) {
  const stats = await fs.lstat(file).catch(() => null);
  if (!stats?.isFile() || (process.getuid && stats.uid !== process.getuid())) return null;
  const place = await makePrivateDirectory(directory);
  try {
    const held = path.join(place, FILE_NAME);
    if (!(await holdFile(file, held))) return null;
    await fs.chmod(held, 0o600);
    const finished = await checkAndPack(held, options);
    const ours = pid === process.pid && stats.mtimeMs >= Date.parse(identity().startedAt);
    const { reason = 'node' } = options;
    const meta = {
      capturedAt: time.toISOString(),
      pid,
      threadId,
      ...(ours ? ownFacts() : {}),
      reason,
      adoptedFrom: file,
    };
    const compress = finished.compression ?? false;
    const target = path.join(directory, nameFor({ time, pid, threadId, reason, compress }));
    const about = { overwrite: false, source: { kind: 'node', target: pid }, meta };
    const answer = await nameOnce(finished, target, about);
    await fs.unlink(file).catch(() => {});
    return answer;
  } finally {
    await removePrivateDirectory(place);
  }
}

/** What is known of a file that this very process wrote a moment ago. */
function ownFacts() {
  const { startedAt, processKey } = identity();
  const { node, v8 } = process.versions;
  return {
    startedAt,
    processKey,
    nodeVersion: `v${node}`,
    v8Version: v8,
    memoryUsage: process.memoryUsage(),
  };
}

/**
 * By a link, so that the original stays until all is done; a copy where there are no links to be had.
 * @param {string} file
 * @param {string} held
 * @returns {Promise<boolean>} false when it is gone
 */
async function holdFile(file, held) {
  try {
    await fs.link(file, held).catch(() => fs.copyFile(file, held));
    return true;
  } catch (error) {
    if (/** @type {any} */ (error).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * All processes of a cluster find the same file, and each of them gives it the same name: only one of them has it.
 * @param {import('./finish').Finished} finished
 * @param {string} target
 * @param {{ overwrite: boolean, source: object, meta: object }} about
 */
async function nameOnce(finished, target, about) {
  try {
    await refuseTakenNames(target, false);
    return await giveName(finished, target, about);
  } catch (error) {
    if (/** @type {any} */ (error).code !== 'ERR_HEAP_EXISTS') throw error;
    if ((await sha256Of(target)) === finished.sha256) return null;
    throw error;
  }
}

module.exports = { adoptNodeSnapshots, adoptOwn };
