// @ts-check
'use strict';

/**
 * One signal for everything that may end a check early: the caller's, and its time being up.
 */

/**
 * @param {AbortSignal | undefined} signal of the caller
 * @param {number | undefined} timeout milliseconds
 * @param {() => Error} late the reason when time is up
 */
function deadline(signal, timeout, late) {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = timeout === undefined ? undefined : setTimeout(() => controller.abort(late()), timeout);
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

/**
 * Waits for a promise, but not longer than until the signal. A race with one promise that never settles would add to
 * that with every call, and be a leak of our own.
 * @template T
 * @param {PromiseLike<T>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
async function unlessAborted(promise, signal) {
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise((_, reject) => {
    onAbort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await /** @type {Promise<T>} */ (Promise.race([promise, aborted]));
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

module.exports = { deadline, unlessAborted };
