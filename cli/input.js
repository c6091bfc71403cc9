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
 * @returns {Promise<string | Buffer>}
 */
async function openInput(file, context) {
  if (file === '') throw new HeapAnalyzerError('ERR_HEAP_USAGE', 'the name of the snapshot is empty');
  if (file !== '-') return file;
  const { stdin, signal } = context;
  if (stdin.isTTY) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      '`-` reads a snapshot from a pipe, but stdin is a terminal',
    );
  }
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

/**
 * @param {Array<string | Buffer>} inputs
 * @returns {number} bytes to read in all, for the rate that the progress line tells
 */
function totalBytes(inputs) {
  return inputs.reduce((sum, input) => {
    if (typeof input !== 'string') return sum + input.length;
    try {
      return sum + fs.statSync(input).size;
    } catch {
      return sum; // a file that cannot be looked at is the engine's to complain about
    }
  }, 0);
}

module.exports = { openInput, totalBytes };
