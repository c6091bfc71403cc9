// @ts-check
'use strict';

/**
 * What leaks over a series of snapshots, as a promise. Documented for users in index.d.ts.
 *
 * The engine decides what grew and how sure that is. What it cannot know is added here: which findings the user
 * has accepted, and what stands in the source files.
 */

const fs = require('node:fs/promises');
const { acceptedLeaks, judge } = require('./accepted');
const { compareInputs } = require('./analysis');
const { runTask } = require('./engine');
const { HeapAnalyzerError, badArgument, describe } = require('./errors');
const { explainForgottenIds } = require('./forgotten-ids');
const { forEngine, readCache } = require('./indexing');
const { nearest } = require('./nearest');
const {
  abortSignal,
  callback,
  flag,
  integer,
  oneOf,
  readInput,
  readOptions,
  readPath,
} = require('./options');
const { addPlaces } = require('./places');
const { residentOf } = require('./resident');

/** Snapshots of a series by name, in the order in which they were taken. */
const NAMES = ['baseline', 'target', 'final'];

/** @param {unknown} given */
const readLeakOptions = (given) =>
  readOptions('findLeaks', given, {
    threads: integer(1, 256),
    minGrowth: integer(1, 0xffffffff),
    finalAfter: oneOf('load', 'rest'),
    ignore: acceptedLeaks,
    traceAllObjects: flag,
    sourceMaps: readPath,
    cache: readCache,
    signal: abortSignal,
    onProgress: callback,
  });

/** @typedef {ReturnType<typeof readLeakOptions>} LeakOptions */

/**
 * @param {unknown} series
 * @param {unknown} [options]
 * @returns {Promise<any>}
 */
async function findLeaks(series, options) {
  const read = readLeakOptions(options);
  return findLeaksIn(readSeries(series), read, false);
}

/**
 * @param {Array<import('./native').Input>} inputs in the order in which they were taken
 * @param {LeakOptions} options
 * @param {boolean} map see analyzeInput
 */
async function findLeaksIn(inputs, options, map) {
  const { signal, onProgress, threads, minGrowth, finalAfter, ignore, traceAllObjects, sourceMaps, cache } =
    options;
  signal?.throwIfAborted();
  await refuseTwice(inputs);
  const indexing = forEngine(cache);
  const settings = { threads, minGrowth, finalAfterRest: finalAfter === 'rest', map, ...indexing.options };
  const share = traceAllObjects ? inputs.length / (inputs.length + 2) : 1;
  const answer = await runTask(
    (native, cancel, progress) => native.findLeaks(inputs, settings, cancel, progress, indexing.keeper),
    { signal, onProgress: part(onProgress, 0, share) },
  );
  if (traceAllObjects) {
    const rest = { signal, onProgress: part(onProgress, share, 1), threads, cache };
    answer.groups = await survivingGroups(inputs[0], inputs[inputs.length - 1], rest, map);
  }
  await explainForgottenIds(answer, inputs);
  const resident = await residentOf(inputs);
  if (resident !== null) answer.resident = resident;
  await addPlaces(answer.findings, { sourceMaps });
  return ignore === undefined ? answer : judge(answer, ignore);
}

/**
 * Every class with objects that came after the baseline and were there at the end, whoever they belong to.
 * @param {import('./native').Input} first
 * @param {import('./native').Input} last
 * @param {Parameters<typeof compareInputs>[2]} options
 * @param {boolean} map
 */
async function survivingGroups(first, last, options, map) {
  const { rows, growth } = await compareInputs(first, last, options, map);
  const holders = new Map(growth.map((/** @type {any} */ row) => [row.key, row.holder]));
  return rows
    .filter((/** @type {any} */ row) => row.addedCount > 0)
    .map((/** @type {any} */ row) => (holders.get(row.key) ? { ...row, holder: holders.get(row.key) } : row))
    .sort((/** @type {any} */ a, /** @type {any} */ b) => b.addedSize - a.addedSize);
}

/**
 * Progress of one of several tasks as a part of the whole.
 * @param {LeakOptions['onProgress']} onProgress
 * @param {number} from
 * @param {number} to
 * @returns {LeakOptions['onProgress']}
 */
function part(onProgress, from, to) {
  return (
    onProgress && (({ phase, fraction }) => onProgress({ phase, fraction: from + fraction * (to - from) }))
  );
}

/**
 * @param {any} series `{ baseline, target, final? }` or `{ snapshots }`
 * @returns {Array<import('./native').Input>}
 */
function readSeries(series) {
  const expected = '{ baseline, target, final? } or { snapshots }';
  if (series === null || typeof series !== 'object' || Array.isArray(series)) {
    throw badArgument('series', expected, series);
  }
  for (const name of Object.keys(series)) {
    if (NAMES.includes(name) || name === 'snapshots') continue;
    const meant = nearest(name, [...NAMES, 'snapshots']);
    const hint = meant ? `did you mean \`${meant}\`?` : `it takes ${expected}`;
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', `findLeaks() knows no snapshot \`${name}\`: ${hint}`);
  }
  const named = NAMES.filter((name) => series[name] !== undefined);
  if (series.snapshots === undefined) {
    for (const name of ['baseline', 'target']) {
      if (series[name] === undefined) throw badArgument(name, 'a snapshot', undefined);
    }
    return named.map((name) => readInput(series[name], name));
  }
  if (named.length > 0) {
    const both = `\`snapshots\` and \`${named[0]}\` cannot be given together: a series has one order`;
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', both);
  }
  if (!Array.isArray(series.snapshots) || series.snapshots.length < 2 || series.snapshots.length > 255) {
    const received = Array.isArray(series.snapshots)
      ? `${series.snapshots.length} of them`
      : describe(series.snapshots);
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `expected an array of 2 to 255 snapshots for \`snapshots\` but received ${received}`,
    );
  }
  return series.snapshots.map((/** @type {unknown} */ input, /** @type {number} */ index) =>
    readInput(input, `snapshots[${index}]`),
  );
}

/**
 * Nothing grows between a snapshot and itself, and "clean" would be believed. So one that is given twice is
 * refused, whatever names it goes by.
 * @param {Array<import('./native').Input>} inputs
 */
async function refuseTwice(inputs) {
  const files = await Promise.all(inputs.map(identity));
  for (const [index, input] of inputs.entries()) {
    const first = inputs.findIndex((other, at) =>
      typeof input === 'string' ? files[at] === files[index] : isSameMemory(input, other),
    );
    if (first === index) continue;
    const names = [...new Set([inputs[first], input])]
      .filter((name) => typeof name === 'string')
      .join(' and ');
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `snapshots ${first + 1} and ${index + 1} are one and the same${names && ` (${names})`}: ` +
        'leaks show between snapshots that were taken at different times',
    );
  }
}

/**
 * @param {import('./native').Input} input
 * @returns {Promise<string | null>} equal for names of one file
 */
async function identity(input) {
  if (typeof input !== 'string') return null;
  try {
    const { dev, ino } = await fs.stat(input, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return input; // the engine says what is wrong with it
  }
}

/**
 * @param {Buffer | 0} one
 * @param {import('./native').Input} other
 */
function isSameMemory(one, other) {
  if (one === 0 || other === 0) return one === other;
  return (
    typeof other !== 'string' &&
    one.buffer === other.buffer &&
    one.byteOffset === other.byteOffset &&
    one.length === other.length
  );
}

module.exports = { findLeaks, findLeaksIn };
