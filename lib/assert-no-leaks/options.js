// @ts-check
'use strict';

/**
 * The options of assertNoLeaks, and what they are when nothing is said.
 */

const fs = require('node:fs');
const { acceptedLeaks, parseAccepted } = require('../accepted');
const { badArgument, fromSystem } = require('../errors');
const { abortSignal, flag, integer, oneOf, readOptions, readPath, text } = require('../options');

const calls = integer(1, 1e9);
const milliseconds = integer(0, 2 ** 31 - 1);

/**
 * @param {any} value fingerprints or entries, or the file of them that `find-leaks --update-ignore` writes
 * @param {string} name
 */
function readAccepted(value, name) {
  if (Array.isArray(value)) return acceptedLeaks(value, name);
  const file = readPath(value, name);
  try {
    return parseAccepted(fs.readFileSync(file, 'utf8'), file);
  } catch (error) {
    throw fromSystem(error, `read ${file}`);
  }
}

/** @param {unknown} given */
function readAssertOptions(given) {
  const read = readOptions('assertNoLeaks', given, {
    iterations: calls,
    warmup: integer(0, 1e9),
    confirm: integer(0, 10),
    failOn: oneOf('leak', 'likely', 'growth'),
    accepted: readAccepted,
    minBytes: integer(0, Number.MAX_SAFE_INTEGER),
    minGrowth: integer(1, 0xffffffff),
    settle: milliseconds,
    timeout: integer(1, 2 ** 31 - 1),
    signal: abortSignal,
    keepSnapshots: readPath,
    name: text,
    sourceMaps: readPath,
    threads: integer(1, 256),
    force: flag,
  });
  const { iterations = 100, failOn = 'likely', confirm = 3, minBytes = 0, settle = 0 } = read;
  return {
    ...read,
    iterations,
    confirm,
    minBytes,
    settle,
    failOn: /** @type {import('../failing').FailOn} */ (failOn),
    warmup: read.warmup ?? iterations,
    // Who calls something three times wants to hear of what three calls leave behind.
    minGrowth: read.minGrowth ?? Math.min(5, iterations),
  };
}

/** @typedef {ReturnType<typeof readAssertOptions>} AssertOptions */

/**
 * @param {unknown} fn
 * @returns {(call: number) => unknown}
 */
function readFunction(fn) {
  if (typeof fn === 'function') return /** @type {any} */ (fn);
  throw badArgument('fn', 'a function', fn);
}

module.exports = { readAssertOptions, readFunction };
