// @ts-check
'use strict';

/**
 * One capture at a time in this isolate, whoever asks: the API, a signal, an endpoint, a timer. Each of them stops the
 * event loop, so a burst of wishes must not become a row of pauses: a caller may wait, share what is under way, or be
 * refused, and a cool-down may lie between two captures.
 */

const { HeapAnalyzerError } = require('../errors');
const { Slots } = require('../slots');

/**
 * @typedef {object} Boarding
 * @property {'wait' | 'share' | 'refuse'} whenBusy
 * @property {string} [key] only captures of one key are shared; what is in it is the caller's affair
 * @property {number} [coolDownMs]
 * @property {AbortSignal} [signal]
 */

class Flight {
  #turn = new Slots(1);
  /** @type {Array<{ key?: string, signal?: AbortSignal, landing: Promise<any> }>} the first of them runs */
  #line = [];
  /** When the event loop last went on after a pause; before the first one, never. */
  #lastPause = -Infinity;
  #now;

  /** @param {() => number} [now] milliseconds that never go back */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /**
   * @template T
   * @param {Boarding} boarding
   * @param {() => Promise<T>} capture
   * @returns {Promise<{ answer: T, shared: boolean }>}
   */
  async board({ whenBusy, key, coolDownMs = 0, signal }, capture) {
    signal?.throwIfAborted();
    for (;;) {
      const other = this.#line.find((flight) => whenBusy === 'share' && flight.key === key);
      if (!other) break;
      try {
        return { answer: await unlessAborted(other.landing, signal), shared: true };
      } catch (error) {
        signal?.throwIfAborted();
        // It was given up by the one who asked for it, which is no concern of ours.
        if (!other.signal?.aborted) throw error;
      }
    }
    if (whenBusy === 'refuse' && this.#line.length > 0) {
      throw new HeapAnalyzerError('ERR_HEAP_BUSY', 'another snapshot of this thread is being taken');
    }
    this.#refuseTooEarly(coolDownMs);
    const landing = this.#turn.run(() => {
      // Others may have paused the app while this one was in line.
      this.#refuseTooEarly(coolDownMs);
      return capture();
    }, signal);
    const flight = { key, signal, landing };
    this.#line.push(flight);
    try {
      return { answer: await landing, shared: false };
    } finally {
      this.#line.splice(this.#line.indexOf(flight), 1);
    }
  }

  /** To be called when the event loop has stood still for a capture, whatever came of it. */
  paused() {
    this.#lastPause = this.#now();
  }

  /** @param {number} coolDownMs */
  #refuseTooEarly(coolDownMs) {
    const left = Math.ceil(this.#lastPause + coolDownMs - this.#now());
    if (!(left > 0)) return;
    throw new HeapAnalyzerError(
      'ERR_HEAP_BUSY',
      `the last snapshot of this thread was taken less than ${coolDownMs / 1000} s ago; ` +
        `the next one may be in ${(left / 1000).toFixed(1)} s`,
      { retryAfterMs: left },
    );
  }
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
function unlessAborted(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

module.exports = { Flight };
