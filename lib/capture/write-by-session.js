// @ts-check
'use strict';

/**
 * A snapshot of our own isolate by a session of the inspector, made safe: one listener for each snapshot, gone
 * afterwards; what fails in the listener is not lost; no progress reports, which crash a process that inspects itself.
 */

const { closeSync, openSync, writeSync } = require('node:fs');
const { ownSession } = require('./channel');

/**
 * @param {string} file is made, and must not exist
 * @param {{ exposeNumericValues: boolean, exposeInternals: boolean }} options
 * @returns {Promise<number>} how long it took, in milliseconds
 */
async function writeBySession(file, { exposeNumericValues, exposeInternals }) {
  const session = ownSession();
  const descriptor = openSync(file, 'wx', 0o600);
  // Newer versions of V8 take the snapshot in a task of its own, and that alone does not keep a process running.
  const keepAlive = setInterval(() => {}, 2 ** 30);
  try {
    const started = performance.now();
    await takeInto(descriptor, session, {
      reportProgress: false,
      captureNumericValue: exposeNumericValues,
      exposeInternals,
    });
    return Math.round((performance.now() - started) * 10) / 10;
  } finally {
    clearInterval(keepAlive);
    closeSync(descriptor);
  }
}

/**
 * @param {number} descriptor
 * @param {import('node:inspector').Session} session
 * @param {object} params
 * @returns {Promise<void>}
 */
function takeInto(descriptor, session, params) {
  return new Promise((resolve, reject) => {
    /** @type {{ error: unknown } | undefined} */
    let failure;
    /** @param {{ params: { chunk: string } }} message */
    const onChunk = ({ params: { chunk } }) => {
      if (failure) return;
      try {
        writeAll(descriptor, Buffer.from(chunk));
      } catch (error) {
        // Thrown from here it would be swallowed, and half a file be called a snapshot.
        failure = { error };
      }
    };
    session.on('HeapProfiler.addHeapSnapshotChunk', onChunk);
    session.post('HeapProfiler.takeHeapSnapshot', params, (error) => {
      session.off('HeapProfiler.addHeapSnapshotChunk', onChunk);
      if (error) failure ??= { error };
      if (failure) reject(failure.error);
      else resolve();
    });
  });
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
