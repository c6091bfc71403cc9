// @ts-check
'use strict';

/**
 * assertNoLeaks: a test that fails when calling a function again and again leaks. Documented for users in index.d.ts.
 *
 * A false alarm is worse here than anywhere, since it stops somebody's release. So a suspicion after three snapshots is
 * only the beginning: more calls follow, twice as many each time, and what does not grow in every one of these rounds is
 * let go. Healthy functions pay for three snapshots and nothing else.
 */

const path = require('node:path');
const { takePrivateSnapshot } = require('../capture/private-snapshot');
const { HeapAnalyzerError } = require('../errors');
const { fails } = require('../failing');
const { findLeaksIn } = require('../leaks');
const { Slots } = require('../slots');
const { collect } = require('./collect');
const { deadline } = require('./deadline');
const { HeapLeakError, leakMessage } = require('./error');
const { keep, makeDirectory } = require('./keep');
const { readAssertOptions, readFunction } = require('./options');
const { judgeCalls } = require('./judge');
const { Calls, confirmation } = require('./rounds');

/** What one check leaves in the heap would be a growth to another. */
const turn = new Slots(1);

/**
 * @param {unknown} fn
 * @param {unknown} [options]
 * @returns {Promise<any>}
 */
async function assertNoLeaks(fn, options) {
  // Runners show the line of the test; after the first wait no stack knows it any more.
  const site = { stack: '' };
  Error.captureStackTrace(site, assertNoLeaks);
  const frames = site.stack.slice(site.stack.indexOf('\n'));
  const called = readFunction(fn);
  const read = readAssertOptions(options);
  const calls = new Calls(called);
  const late = () =>
    new HeapAnalyzerError(
      'ERR_HEAP_TIMEOUT',
      `assertNoLeaks() was not done after ${read.timeout} ms; ${calls.made} calls were made until then`,
    );
  const { signal, end } = deadline(read.signal, read.timeout, late);
  try {
    return await turn.run(() => check(calls, read, read.name ?? called.name, signal), signal);
  } catch (error) {
    if (error instanceof HeapLeakError) error.stack = `${error.name}: ${error.message}${frames}`;
    throw error;
  } finally {
    end();
  }
}

/**
 * @param {Calls} calls
 * @param {import('./options').AssertOptions} options
 * @param {string} name
 * @param {AbortSignal} signal
 */
async function check(calls, options, name, signal) {
  const { iterations, warmup, confirm, minBytes, failOn } = options;
  /** @type {import('../capture/private-snapshot').PrivateSnapshot[]} */
  const snapshots = [];
  if (options.keepSnapshots !== undefined) await makeDirectory(options.keepSnapshots);
  /** @type {number[]} calls before each of the snapshots */
  const made = [];
  const round = async (/** @type {number} */ count) => {
    await calls.make(count, signal);
    made.push(count);
    await collect(options.settle, signal);
    const { force, keepSnapshots } = options;
    snapshots.push(
      await takePrivateSnapshot({ signal, force }, keepSnapshots && path.resolve(keepSnapshots)),
    );
  };
  const serious = (/** @type {any} */ answer) =>
    answer.findings.filter(
      (/** @type {any} */ finding) => finding.bytes.retained >= minBytes && fails(finding, failOn),
    );
  try {
    for (const count of [warmup, iterations, iterations]) await round(count);
    let answer = await find(snapshots, made, options, signal);
    let failing = serious(answer);
    if (failing.length > 0 && confirm > 0) {
      const bytes = failing.reduce(
        (/** @type {number} */ sum, /** @type {any} */ one) => sum + one.bytes.retained,
        0,
      );
      const known = {
        iterations,
        rounds: confirm,
        msPerCall: calls.took / calls.made,
        bytesPerCall: bytes / (2 * iterations),
      };
      for (const count of confirmation(known)) await round(count);
      answer = await find(snapshots, made, options, signal);
      failing = serious(answer);
    }
    if (failing.length > 0) {
      const keptIn =
        options.keepSnapshots === undefined ? null : await keep(snapshots, options.keepSnapshots);
      const run = { name, calls: calls.made, snapshots: snapshots.length, keptIn };
      throw new HeapLeakError(leakMessage(failing, run), failing, answer, keptIn);
    }
    return answer;
  } finally {
    for (const snapshot of snapshots) await snapshot.remove();
  }
}

/**
 * @param {import('../capture/private-snapshot').PrivateSnapshot[]} snapshots
 * @param {number[]} made calls before each of them
 * @param {import('./options').AssertOptions} options
 * @param {AbortSignal} signal
 */
async function find(snapshots, made, { accepted, minGrowth, sourceMaps, threads }, signal) {
  const files = snapshots.map(({ file }) => file);
  const answer = await findLeaksIn(files, { ignore: accepted, minGrowth, sourceMaps, threads, signal }, true);
  judgeCalls(answer, made.slice(1));
  // The files are gone when the caller reads this.
  for (const described of answer.snapshots) delete described.path;
  return answer;
}

module.exports = { assertNoLeaks };
