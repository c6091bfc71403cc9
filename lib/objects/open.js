// @ts-check
'use strict';

/**
 * Opens a snapshot to stay open. The engine is set to work first, and what shows the heap is loaded while it reads: a
 * program that asks one question and ends waits for the one or the other, not for both.
 */

const { runPlain } = require('../engine');
const { forEngine, readCache } = require('../indexing');
const { abortSignal, callback, flag, integer, readInput, readOptions } = require('../options');

/** @param {unknown} given */
const readOpenOptions = (given) =>
  readOptions('openSnapshot', given, {
    prepare: flag,
    threads: integer(1, 256),
    cache: readCache,
    signal: abortSignal,
    onProgress: callback,
  });

/**
 * @param {unknown} input
 * @param {unknown} [options]
 */
async function openSnapshot(input, options) {
  const read = readOpenOptions(options);
  return openInput(readInput(input, 'input'), read, false);
}

/**
 * @param {import('../native').Input} input
 * @param {ReturnType<typeof readOpenOptions>} options
 * @param {boolean} map see analyzeInput
 */
async function openInput(input, { signal, onProgress, cache, ...options }, map) {
  const indexing = forEngine(cache);
  const asked = { ...options, map, ...indexing.options };
  const opening = runPlain(
    (engine, cancel, progress) => engine.openHeap(input, asked, cancel, progress, indexing.keeper),
    { signal, onProgress },
  );
  const { snapshotOf } = require('./snapshot');
  return snapshotOf(await opening);
}

module.exports = { openInput, openSnapshot };
