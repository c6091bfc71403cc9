// @ts-check
'use strict';

/**
 * The SHA-256 of a file, to tell whether two files are the same snapshot.
 */

const { createHash } = require('node:crypto');
const { createReadStream } = require('node:fs');

/**
 * @param {string} file
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} in hexadecimal
 */
async function sha256Of(file, signal) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest('hex');
}

module.exports = { sha256Of };
