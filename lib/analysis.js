// @ts-check
'use strict';

/**
 * The questions one asks of one or two snapshots, as promises. Documented for users in index.d.ts.
 */

const { runTask } = require('./engine');
const { forEngine, readCache } = require('./indexing');
const { abortSignal, callback, flag, integer, readInput, readOptions, readPath } = require('./options');
const { readSections } = require('./sections');

/** The engine counts rows in 32 bits. */
const rows = integer(0, 0xffffffff);
const threads = integer(1, 256);

/** @param {unknown} given */
const readAnalyzeOptions = (given) =>
  readOptions('analyze', given, {
    top: rows,
    all: flag,
    sections: readSections,
    sourceMaps: readPath,
    threads,
    cache: readCache,
    signal: abortSignal,
    onProgress: callback,
  });

/** @param {unknown} given */
const readCompareOptions = (given) =>
  readOptions('compare', given, {
    top: rows,
    all: flag,
    threads,
    growth: flag,
    cache: readCache,
    signal: abortSignal,
    onProgress: callback,
  });

/**
 * @param {unknown} [input] a path, URL or bytes; left out: the heap of this process as it is now
 * @param {unknown} [options]
 * @returns {Promise<any>}
 */
async function analyze(input, options) {
  const read = readAnalyzeOptions(options);
  return input === undefined ? analyzeSelf(read) : analyzeInput(readInput(input, 'input'), read, false);
}

/**
 * @param {import('./native').Input} input
 * @param {ReturnType<typeof readAnalyzeOptions> & { hintsUpTo?: number }} options `hintsUpTo`: bytes up to which the snapshot gets hints unasked
 * @param {boolean} map map the file into memory instead of reading it. Whoever shrinks a mapped file kills the
 *   process that maps it, so this is for files nobody else can reach, and for the command line.
 */
async function analyzeInput(
  input,
  { signal, onProgress, sections = [], sourceMaps, cache, ...options },
  map,
) {
  // The engine's `map` is another one: whether files are mapped.
  const wanted = Object.fromEntries(
    sections.map((section) => [section === 'map' ? 'memoryMap' : section, true]),
  );
  const indexing = forEngine(cache);
  const asked = { ...options, ...wanted, map, ...indexing.options };
  const task = runTask(
    (native, cancel, progress) => native.analyze(input, asked, cancel, progress, indexing.keeper),
    { signal, onProgress },
  );
  // Loaded when needed, and while the engine works: of a small file's analysis, modules are a great part.
  const places = wanted.hints || options.hintsUpTo ? require('./places') : null;
  const answer = await task;
  if (answer.findings) await places?.addPlaces(answer.findings, { sourceMaps });
  return answer;
}

/**
 * Captures this isolate into a private file, analyses that, and removes it whatever happens.
 * @param {ReturnType<typeof readAnalyzeOptions>} options
 */
async function analyzeSelf(options) {
  const { takePrivateSnapshot } = require('./capture/private-snapshot');
  const snapshot = await takePrivateSnapshot({ signal: options.signal });
  try {
    const answer = await analyzeInput(snapshot.file, { ...options, cache: undefined }, true);
    // The file is gone when the caller reads this.
    for (const described of answer.snapshots) delete described.path;
    return answer;
  } finally {
    await snapshot.remove();
  }
}

/**
 * @param {unknown} base
 * @param {unknown} target
 * @param {unknown} [options]
 * @returns {Promise<any>}
 */
async function compare(base, target, options) {
  const read = readCompareOptions(options);
  return compareInputs(readInput(base, 'base'), readInput(target, 'target'), read, false);
}

/**
 * @param {import('./native').Input} base
 * @param {import('./native').Input} target
 * @param {ReturnType<typeof readCompareOptions>} options
 * @param {boolean} map see analyzeInput
 */
function compareInputs(
  base,
  target,
  { signal, onProgress, all, top, growth = true, cache, ...options },
  map,
) {
  const indexing = forEngine(cache);
  const asked = { ...options, growth, map, ...indexing.options };
  const limited = all || top === undefined ? asked : { ...asked, top };
  return runTask(
    (native, cancel, progress) => native.compare(base, target, limited, cancel, progress, indexing.keeper),
    { signal, onProgress },
  );
}

module.exports = { analyze, analyzeInput, compare, compareInputs };
