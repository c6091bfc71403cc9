// @ts-check
'use strict';

/**
 * takeHeapSnapshot: a snapshot of this process under the name that the caller wants, and what it would cost.
 * Documented for users in index.d.ts.
 *
 * What stands under the final name is whole, or nothing stands there: the file is written in a private place,
 * read back by the engine, synced, and only then given its name.
 */

const path = require('node:path');
const { threadId: ownThreadId } = require('node:worker_threads');
const { readOptions, readPath } = require('../options');
const { checkAndPack, giveName, giveNameOfOurs, refuseTakenNames } = require('./finish');
const { defaultDirectory, packingOf } = require('./names');
const { directoryOptions, fileOptions, heapOptions, refuseWithPath } = require('./options');
const { captureInto, flight, preflightReport } = require('./private-snapshot');
const { keepWithin } = require('./quota');
const { streamHeapSnapshot } = require('./stream');
const { tell } = require('./tell');
const { openThread } = require('./threads');

/** @typedef {ReturnType<typeof readOptions<typeof fileOptions>>} FileOptions */

/**
 * @param {unknown} [target]
 * @param {unknown} [options]
 * @returns {Promise<any>}
 */
async function takeHeapSnapshot(target, options) {
  const read = readOptions('takeHeapSnapshot', options, fileOptions);
  const given = target === undefined ? undefined : path.resolve(readPath(target, 'path'));
  refuseWithPath(given, read);
  const { compress = given === undefined ? false : packingOf(given), onSnapshot } = read;
  const wanted = { ...read, compress };
  const { whenBusy = given === undefined ? 'share' : 'wait', coolDownMs, signal } = read;
  const boarding = { whenBusy, coolDownMs, signal, key: keyOf(given, wanted) };
  const { answer, shared } = await flight.board(boarding, () => captureTo(given, wanted));
  const told = shared ? { ...answer, shared: true } : answer;
  await tell(onSnapshot, told);
  return told;
}

/**
 * What two calls must have in common to be served by one snapshot.
 * @param {string | undefined} target
 * @param {FileOptions} options
 */
function keyOf(target, options) {
  const { exposeNumericValues = false, exposeInternals = false, way = 'direct' } = options;
  const { threadId = ownThreadId, compress = false, directory = '' } = options;
  return JSON.stringify([target, exposeNumericValues, exposeInternals, way, threadId, compress, directory]);
}

/**
 * @param {string | undefined} given absolute
 * @param {FileOptions} options
 */
async function captureTo(given, options) {
  const { overwrite = false, threadId = ownThreadId, maxFiles, maxBytes } = options;
  const directory = given === undefined ? await defaultDirectory(options.directory) : path.dirname(given);
  if (given !== undefined) await refuseTakenNames(given, overwrite);
  const source = await openThread(threadId);
  let snapshot;
  try {
    snapshot = await captureInto(source, options, directory);
  } finally {
    source.close();
  }
  try {
    const finished = await checkAndPack(snapshot.file, options);
    snapshot.learn(finished.nodeCount);
    const about = { overwrite, source: snapshot.source, meta: snapshot.meta, pauseMs: snapshot.pauseMs };
    if (given !== undefined) return await giveName(finished, given, about);
    const answer = await giveNameOfOurs(finished, directory, about);
    const removed = await keepWithin(directory, { maxFiles, maxBytes }, answer.path);
    return removed.length > 0 ? { ...answer, removed } : answer;
  } finally {
    await snapshot.remove();
  }
}

/**
 * What a capture would cost, without taking one.
 * @param {unknown} [options]
 * @returns {Promise<import('./preflight').Report>}
 */
async function estimateHeapSnapshot(options) {
  const { directory, maxBytes } = directoryOptions;
  const read = readOptions('estimateHeapSnapshot', options, {
    directory,
    maxBytes,
    threadId: heapOptions.threadId,
  });
  const source = await openThread(read.threadId ?? ownThreadId);
  try {
    const place = read.directory ?? path.resolve(process.env.HEAP_SNAPSHOT_DIR || '.');
    return await preflightReport(source, place, read.maxBytes);
  } finally {
    source.close();
  }
}

module.exports = {
  takeHeapSnapshot,
  estimateHeapSnapshot,
  streamHeapSnapshot,
  giveNameOfOurs,
};
