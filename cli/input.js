// @ts-check
'use strict';

/**
 * Where a command's snapshots come from: a file by its name, or `-` for what is piped in.
 */

const fs = require('node:fs');
const { HeapAnalyzerError, fromSystem } = require('../lib/errors');

/**
 * @param {string} file as given on the command line
 * @param {import('./main').Context} context
 * @param {{ again?: boolean }} [options] whether it is read more than once: what is piped in is then kept in memory
 * @returns {Promise<import('../lib/native').Input>}
 */
async function openInput(file, context, { again = false } = {}) {
  if (file === '') throw new HeapAnalyzerError('ERR_HEAP_USAGE', 'the name of the snapshot is empty');
  if (file !== '-') {
    if (isMissing(file)) throw new HeapAnalyzerError('ERR_HEAP_NOT_FOUND', require('./advice').missing(file));
    return file;
  }
  if (require('node:tty').isatty(0)) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      '`-` reads a snapshot from a pipe, but stdin is a terminal',
    );
  }
  // The engine reads it as it comes; a stream of our own over it would take bytes away.
  if (!again) return 0;
  const { stdin, signal } = context;
  const stop = () => stdin.destroy(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const chunks = [];
    for await (const chunk of stdin) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (error) {
    throw signal.aborted ? error : fromSystem(error, 'read a snapshot from the pipe');
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Whatever else is the matter with a file is the engine's to complain about. @param {string} file */
function isMissing(file) {
  try {
    fs.statSync(file);
    return false;
  } catch (error) {
    return /** @type {any} */ (error).code === 'ENOENT';
  }
}

/**
 * @param {Array<import('../lib/native').Input>} inputs
 * @returns {number} bytes to read in all, for the rate that the progress line tells; 0 when that is not known
 */
function totalBytes(inputs) {
  let total = 0;
  for (const input of inputs) {
    if (input === 0) return 0;
    if (typeof input === 'string') {
      try {
        total += fs.statSync(input).size;
      } catch {
        // A file that cannot be looked at is the engine's to complain about.
      }
    } else total += input.length;
  }
  return total;
}

module.exports = { openInput, totalBytes };
