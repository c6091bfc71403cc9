// @ts-check
'use strict';

/**
 * A snapshot of our own isolate by a session of the inspector, made safe: one session and one listener for each
 * snapshot, both gone afterwards; what fails in the listener is not lost; no progress reports, which crash a process
 * that inspects itself.
 */

const { closeSync, openSync, writeSync } = require('node:fs');
const { HeapAnalyzerError } = require('../errors');
const { loadInspector } = require('./channel');

/**
 * @param {string} file is made, and must not exist
 * @param {{ exposeNumericValues: boolean, exposeInternals: boolean }} options
 * @returns {number} how long it took, in milliseconds
 */
function writeBySession(file, { exposeNumericValues, exposeInternals }) {
  const { Session } = loadInspector();
  const started = performance.now();
  const session = new Session();
  const descriptor = openSync(file, 'wx', 0o600);
  /** @type {{ error: unknown } | undefined} */
  let failure;
  let answered = false;
  try {
    session.connect();
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => {
      if (failure) return;
      try {
        writeAll(descriptor, Buffer.from(params.chunk));
      } catch (error) {
        // Thrown from here it would be swallowed, and half a file be called a snapshot.
        failure = { error };
      }
    });
    const params = { reportProgress: false, captureNumericValue: exposeNumericValues, exposeInternals };
    // A session to one's own isolate answers before `post` returns.
    session.post('HeapProfiler.takeHeapSnapshot', params, (error) => {
      answered = true;
      if (error) failure ??= { error };
    });
  } finally {
    session.disconnect();
    closeSync(descriptor);
  }
  if (failure) throw failure.error;
  if (!answered) throw new HeapAnalyzerError('ERR_HEAP_CAPTURE', 'the inspector did not answer');
  return Math.round((performance.now() - started) * 10) / 10;
}

/**
 * A write may be cut short without an error: when the disk fills, only the next one fails.
 * @param {number} descriptor
 * @param {Buffer} bytes
 */
function writeAll(descriptor, bytes) {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}

module.exports = { writeBySession };
