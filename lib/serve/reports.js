// @ts-check
'use strict';

/**
 * The questions that the endpoint answers about snapshots: what is in one, what leaks over several.
 */

const { analyzeInput } = require('../analysis');
const { identity } = require('../capture/identity');
const { HeapAnalyzerError } = require('../errors');
const { findLeaksIn } = require('../leaks');
const { lend, lendFresh, stricter } = require('./captures');
const { readQuery, redaction, whole, word } = require('./questions');
const { refusal, sendJson } = require('./respond');
const { findStored, listStored } = require('./store');

/** @typedef {import('./routes').Visit} Visit */

const id = (/** @type {string} */ value) => value;

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
    throw refusal(409, 'ERR_HEAP_USAGE', what);
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

module.exports = { analyze, leaks };
