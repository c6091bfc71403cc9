// @ts-check
'use strict';

/**
 * streamHeapSnapshot: a snapshot of this process as a stream, for who sends it away at once. For the HTTP endpoint;
 * not part of the public face.
 *
 * V8's own stream keeps the whole file in memory and cannot be checked before it is sent. So the snapshot goes through
 * a file all the same, which has lost its name before the first byte is read: nothing is left on the disk whatever
 * happens, the receiver knows size and digest beforehand, and what is not whole is an error and no half answer.
 */

const fs = require('node:fs/promises');
const { threadId: ownThreadId } = require('node:worker_threads');
const { readOptions } = require('../options');
const { checkAndPack } = require('./finish');
const { nameFor } = require('./names');
const { directoryOptions, heapOptions } = require('./options');
const { captureInto, flight } = require('./private-snapshot');
const { openThread } = require('./threads');

/**
 * @typedef {object} StreamedSnapshot
 * @property {import('node:stream').Readable} stream the file's bytes. It closes what it holds when it ends, fails or
 *   is destroyed, so it must be read or destroyed.
 * @property {string} name a file name of ours, for `Content-Disposition`
 * @property {number} sizeBytes of what is streamed, packed or not
 * @property {string} sha256 of the same, in hexadecimal
 * @property {number} pauseMs
 * @property {number} nodeCount
 * @property {{ kind: string, target: number | string }} source
 * @property {any} meta see CaptureMeta in index.d.ts
 * @property {'gzip' | 'zstd'} [compression]
 */

const STREAM_OPTIONS = { ...heapOptions, directory: directoryOptions.directory };

/**
 * Takes a snapshot into a nameless file in the directory for temporary files (`directory` says another) and streams
 * it. Options are those of `takeHeapSnapshot` that are not about names: `force`, `signal`, `exposeNumericValues`,
 * `exposeInternals`, `reason`, `way`, `compress`, `threadId`, `coolDownMs`, and `whenBusy: 'wait' | 'refuse'` (default
 * `'wait'`; a stream cannot be shared). Rejects like `takeHeapSnapshot` before there is a stream; `signal` also
 * destroys the stream, with its reason.
 * @param {unknown} [options]
 * @returns {Promise<StreamedSnapshot>}
 */
async function streamHeapSnapshot(options) {
  const read = readOptions('streamHeapSnapshot', options, STREAM_OPTIONS);
  const { whenBusy, coolDownMs, signal } = read;
  const boarding = {
    whenBusy: whenBusy === 'refuse' ? whenBusy : /** @type {'wait'} */ ('wait'),
    coolDownMs,
    signal,
  };
  const { answer } = await flight.board(boarding, () => captureNameless(read));
  const { handle, ...told } = answer;
  try {
    signal?.throwIfAborted();
    const stream = handle.createReadStream({ highWaterMark: 1 << 18 });
    if (signal) {
      const stop = () => stream.destroy(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      stream.once('close', () => signal.removeEventListener('abort', stop));
    }
    return { stream, ...told };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** @param {ReturnType<typeof readOptions<typeof STREAM_OPTIONS>>} options */
async function captureNameless(options) {
  const source = await openThread(options.threadId ?? ownThreadId);
  let snapshot;
  try {
    snapshot = await captureInto(source, options, options.directory);
  } finally {
    source.close();
  }
  try {
    const { file, ...facts } = await checkAndPack(snapshot.file, options);
    snapshot.learn(facts.nodeCount);
    const { pauseMs, meta } = snapshot;
    const { pid, threadId, reason, capturedAt } = meta;
    const compress = facts.compression ?? false;
    const name = nameFor({ time: new Date(capturedAt), pid, threadId, reason, compress });
    const handle = await fs.open(file, 'r');
    return { handle, name, ...facts, pauseMs, source: snapshot.source, meta };
  } finally {
    // On Windows an open file keeps its name until it is closed; the next capture sweeps what is left then.
    await snapshot.remove();
  }
}

module.exports = { streamHeapSnapshot };
