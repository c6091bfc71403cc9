// @ts-check
'use strict';

/**
 * Runs one task of the engine on behalf of a promise: queueing, cancellation, progress, errors.
 *
 * The engine knows only a cancel flag; AbortSignal is wired to it here, because the wrapper that the binding
 * library offers misses signals that are already aborted. The promise settles when the engine has stopped
 * working, not before: whoever gets a rejection may delete the file at once.
 */

const { HeapAnalyzerError, fromNative } = require('./errors');
const { loadNative } = require('./native');
const { Slots } = require('./slots');

/**
 * @typedef {import('./native').Native} Native
 * @typedef {import('./native').CancelFlag} CancelFlag
 * @typedef {import('./native').ProgressSink} ProgressSink
 */

/** Two of the four threads that libuv's pool has by default; see lib/slots.js. */
const slots = new Slots(2);

/**
 * @param {(native: Native, flag: CancelFlag, progress: ProgressSink | null) => Promise<string>} start
 * @param {{ signal?: AbortSignal, onProgress?: (progress: any) => unknown }} [options]
 * @returns {Promise<any>} the engine's answer, parsed
 */
async function runTask(start, options) {
  return JSON.parse(await runPlain(start, options));
}

/**
 * As runTask, for what is no JSON.
 * @template T
 * @param {(native: Native, flag: CancelFlag, progress: ProgressSink | null) => Promise<T>} start
 * @param {{ signal?: AbortSignal, onProgress?: (progress: any) => unknown }} [options]
 * @returns {Promise<T>} what the engine gives, as it is
 */
async function runPlain(start, { signal, onProgress } = {}) {
  signal?.throwIfAborted();
  const native = loadNative();
  return slots.run(() => runNow(native, start, signal, onProgress), signal);
}

/**
 * @template T
 * @param {Native} native
 * @param {(native: Native, flag: CancelFlag, progress: ProgressSink | null) => Promise<T>} start
 * @param {AbortSignal} [signal]
 * @param {(progress: any) => unknown} [onProgress]
 */
async function runNow(native, start, signal, onProgress) {
  // Once more: the signal may have aborted between our turn being called and this line.
  signal?.throwIfAborted();
  const flag = new native.CancelFlag();
  const cancel = () => flag.cancel();
  const listener = onProgress ? guard(onProgress, cancel) : null;
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const answer = await start(native, flag, listener && listener.sink);
    listener?.rethrow();
    signal?.throwIfAborted();
    return answer;
  } catch (error) {
    listener?.rethrow();
    signal?.throwIfAborted();
    throw error instanceof HeapAnalyzerError ? error : fromNative(error);
  } finally {
    listener?.close();
    signal?.removeEventListener('abort', cancel);
  }
}

/**
 * The engine calls its sink from outside of any promise, where an exception would be an uncaught one and take
 * the process down. So what a listener throws (or rejects with) is kept, the work cancelled, and the caller's
 * promise rejected with it. After the end nothing is reported any more.
 *
 * @param {(progress: any) => unknown} onProgress
 * @param {() => void} cancel
 */
function guard(onProgress, cancel) {
  /** @type {{ error: unknown } | undefined} */
  let failure;
  let open = true;
  const fail = (/** @type {unknown} */ error) => {
    failure ??= { error };
    cancel();
  };
  return {
    /** @type {ProgressSink} */
    sink(progress) {
      if (!open || failure) return;
      try {
        const returned = /** @type {any} */ (onProgress(progress));
        if (typeof returned?.then === 'function') returned.then(undefined, fail);
      } catch (error) {
        fail(error);
      }
    },
    rethrow() {
      if (failure) throw failure.error;
    },
    close() {
      open = false;
    },
  };
}

module.exports = { runPlain, runTask };
