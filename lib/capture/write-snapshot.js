// @ts-check
'use strict';

/**
 * The moment in which everything stands still: V8 writes its heap into a file.
 *
 * Of the ways that Node offers this is the cheapest that reports its failures; but it does not clean up after them.
 */

const { closeSync, readdirSync, readlinkSync, realpathSync, truncateSync } = require('node:fs');
const v8 = require('node:v8');

/**
 * @param {string} file
 * @param {{ exposeNumericValues: boolean, exposeInternals: boolean }} options
 * @returns {number} how long it took, in milliseconds
 */
function writeSnapshot(file, options) {
  const started = performance.now();
  try {
    // The type declarations of Node 18 have not heard of its options.
    /** @type {any} */ (v8).writeHeapSnapshot(file, options);
  } catch (error) {
    releaseUnfinished(file);
    throw error;
  }
  return Math.round((performance.now() - started) * 10) / 10;
}

/**
 * When Node fails to write a snapshot it forgets to close the file. Deleting an open file frees nothing: a full
 * disk would stay full until the process ends. So the file is emptied, and closed where its descriptor can be
 * found (nobody but us and the forgotten descriptor knows this name). In a worker thread Node warns about that.
 * @param {string} file
 */
function releaseUnfinished(file) {
  try {
    const real = realpathSync(file);
    truncateSync(real, 0);
    for (const descriptor of readdirSync('/proc/self/fd')) {
      if (readlinkOr(`/proc/self/fd/${descriptor}`) === real) closeSync(Number(descriptor));
    }
  } catch {
    // Not made at all, or no /proc here. What counts is the error that brought us here.
  }
}

/** @param {string} link */
function readlinkOr(link) {
  try {
    return readlinkSync(link);
  } catch {
    return null; // closed in the meantime, as the one by which the directory was read
  }
}

module.exports = { writeSnapshot };
