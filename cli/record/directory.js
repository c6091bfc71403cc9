// @ts-check
'use strict';

/**
 * Where a recording leaves its files: a directory of its own, or the one that was asked for, in which nothing is replaced
 * unasked.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { HeapAnalyzerError, fromSystem } = require('../../lib/errors');

/**
 * @param {string | undefined} wanted
 * @param {{ names: string[], overwrite: boolean, now?: Date }} options `names` of what will be written
 * @returns {Promise<string>} as a person here would write it
 */
async function openDirectory(wanted, { names, overwrite, now = new Date() }) {
  if (wanted === undefined) return makeNew(`heap-record-${digits(now)}`);
  try {
    await fs.mkdir(wanted, { recursive: true });
  } catch (error) {
    throw fromSystem(error, `make the directory ${wanted}`);
  }
  if (overwrite) return wanted;
  // Said before the minutes that the recording takes, and not after them.
  for (const name of names) {
    const file = path.join(wanted, name);
    const taken = await fs.lstat(file).catch(() => null);
    if (taken)
      throw new HeapAnalyzerError('ERR_HEAP_EXISTS', `${file} exists already: --overwrite replaces it`);
  }
  return wanted;
}

/** @param {string} name */
async function makeNew(name) {
  for (let number = 1; ; number++) {
    const directory = number === 1 ? name : `${name}-${number}`;
    try {
      await fs.mkdir(directory, { mode: 0o700 });
      return directory;
    } catch (error) {
      if (/** @type {any} */ (error).code !== 'EEXIST')
        throw fromSystem(error, `make the directory ${directory}`);
    }
  }
}

/** `20240131-235959`, in the time of this machine. @param {Date} date */
function digits(date) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}

module.exports = { openDirectory };
