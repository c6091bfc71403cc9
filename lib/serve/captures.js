// @ts-check
'use strict';

/**
 * Snapshots on behalf of a request: into the directory, or straight to the client with nothing left on the disk; as
 * they are, or redacted before anybody can read them. And readable copies of stored ones where redaction is asked for.
 */

const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { threadId: ownThreadId } = require('node:worker_threads');
const { giveNameOfOurs, takeHeapSnapshot, streamHeapSnapshot } = require('../capture');
const { defaultDirectory, nameFor } = require('../capture/names');
const { PACKED_NAME, makePrivateDirectory, removePrivateDirectory } = require('../capture/private-directory');
const { captureInto, flight } = require('../capture/private-snapshot');
const { keepWithin } = require('../capture/quota');
const { tell } = require('../capture/tell');
const { openThread } = require('../capture/threads');
const { HeapAnalyzerError } = require('../errors');
const { writeRedacted } = require('../redact');

/**
 * @typedef {{ propertyKeys: boolean } | false} Redaction
 *
 * @typedef {object} Wish
 * @property {Redaction} redact
 * @property {'gzip' | 'zstd' | false} compress
 * @property {string} reason
 * @property {number} [threadId]
 * @property {AbortSignal} [signal]
 */

/**
 * What the app asks for and what the request asks for: nobody can ask for less.
 * @param {Redaction} [ours]
 * @param {Redaction} [theirs]
 * @returns {Redaction}
 */
function stricter(ours = false, theirs = false) {
  if (!ours && !theirs) return false;
  return { propertyKeys: Boolean((ours && ours.propertyKeys) || (theirs && theirs.propertyKeys)) };
}

/** @param {import('./options').ServeOptions} options @param {Wish} wish */
function heapOptions({ exposeNumericValues, way, coolDownMs }, { reason, threadId, signal }) {
  return {
    exposeNumericValues,
    way,
    coolDownMs,
    reason,
    threadId,
    signal,
    whenBusy: /** @type {const} */ ('refuse'),
  };
}

/**
 * A file in the directory.
 * @param {import('./options').ServeOptions} options
 * @param {Wish} wish
 * @returns {Promise<any>} as takeHeapSnapshot answers
 */
async function takeStored(options, wish) {
  const { maxFiles, maxBytes, onSnapshot } = options;
  const { redact, compress } = wish;
  if (!redact) {
    const { directory } = options;
    const bounds = { maxFiles, maxBytes, onSnapshot, directory };
    return takeHeapSnapshot(undefined, { ...heapOptions(options, wish), ...bounds, compress });
  }
  const answer = await takeRedacted(options, wish, options.directory, async (finished, about, directory) => {
    if (finished.sizeBytes > (maxBytes ?? Infinity)) {
      const what = `the snapshot has ${finished.sizeBytes} bytes, more than the \`maxBytes\` of ${maxBytes}`;
      throw new HeapAnalyzerError('ERR_HEAP_CAPTURE', what);
    }
    const named = await giveNameOfOurs(finished, directory, about);
    const removed = await keepWithin(directory, { maxFiles, maxBytes }, named.path);
    return removed.length > 0 ? { ...named, removed } : named;
  });
  await tell(onSnapshot, answer);
  return answer;
}

/**
 * A body for the client, from a file without a name.
 * @param {import('./options').ServeOptions} options
 * @param {Wish} wish
 * @returns {Promise<import('./respond').Body>}
 */
async function takeStream(options, wish) {
  const { redact, compress, signal } = wish;
  if (!redact) return streamHeapSnapshot({ ...heapOptions(options, wish), compress });
  return takeRedacted(options, wish, os.tmpdir(), async ({ file, ...facts }, { meta, pauseMs }) => {
    const { pid, threadId, reason, capturedAt } = meta;
    const name = nameFor({ time: new Date(capturedAt), pid, threadId, reason, compress });
    const handle = await fs.open(file, 'r');
    const stream = handle.createReadStream({ highWaterMark: 1 << 18 });
    signal?.addEventListener('abort', () => stream.destroy(), { once: true });
    return { stream, name, ...facts, meta, pauseMs };
  });
}

/**
 * A snapshot that is redacted in the private directory it was written to.
 * @template T
 * @param {import('./options').ServeOptions} options
 * @param {Wish} wish
 * @param {string} place
 * @param {(finished: any, about: { source: object, meta: any, pauseMs: number }, directory: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function takeRedacted(options, wish, place, use) {
  const { redact, compress, threadId = ownThreadId, signal } = wish;
  const asked = heapOptions(options, wish);
  const { answer } = await flight.board(asked, async () => {
    const directory = place === os.tmpdir() ? place : await defaultDirectory(place);
    const source = await openThread(threadId);
    const snapshot = await captureInto(source, asked, directory).finally(() => source.close());
    try {
      const copy = path.join(snapshot.directory, PACKED_NAME);
      const {
        replacedCount: _count,
        edgeCount: _edges,
        ...facts
      } = await writeRedacted(snapshot.file, copy, {
        ...redact,
        compress,
        signal,
      });
      await fs.unlink(snapshot.file);
      snapshot.learn(facts.nodeCount);
      const finished = { file: copy, ...facts, ...(compress ? { compression: compress } : {}) };
      return await use(finished, { ...snapshot, meta: markedRedacted(snapshot.meta, redact) }, directory);
    } finally {
      await snapshot.remove();
    }
  });
  return answer;
}

/**
 * @param {any} meta
 * @param {Redaction} redact
 */
function markedRedacted(meta, redact) {
  return {
    ...meta,
    options: { ...meta.options, redacted: redact && redact.propertyKeys ? 'keys' : 'contents' },
  };
}

/**
 * Lends a stored snapshot as it may be read: itself, or a redacted copy that is gone afterwards.
 * @template T
 * @param {import('./store').Stored} stored
 * @param {Redaction} redact
 * @param {AbortSignal | undefined} signal
 * @param {(file: string, copied: any) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function lend(stored, redact, signal, use) {
  const done = /** @type {any} */ (stored.meta.options)?.redacted;
  if (!redact || done === 'keys' || (done === 'contents' && !redact.propertyKeys))
    return use(stored.file, null);
  const place = await makePrivateDirectory(os.tmpdir());
  try {
    const copy = path.join(place, PACKED_NAME);
    const compress = /** @type {any} */ (stored.meta.compression);
    const facts = await writeRedacted(stored.file, copy, { ...redact, compress, signal });
    return await use(copy, facts);
  } finally {
    await removePrivateDirectory(place);
  }
}

/**
 * Lends a fresh snapshot of this isolate, of which nothing is left afterwards.
 * @template T
 * @param {import('./options').ServeOptions} options
 * @param {Wish} wish
 * @param {(file: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function lendFresh(options, wish, use) {
  if (wish.redact) return takeRedacted(options, wish, os.tmpdir(), ({ file }) => use(file));
  const asked = heapOptions(options, wish);
  const { answer } = await flight.board(asked, async () => {
    const source = await openThread(wish.threadId ?? ownThreadId);
    const snapshot = await captureInto(source, asked).finally(() => source.close());
    try {
      return await use(snapshot.file);
    } finally {
      await snapshot.remove();
    }
  });
  return answer;
}

module.exports = { stricter, takeStored, takeStream, lend, lendFresh };
