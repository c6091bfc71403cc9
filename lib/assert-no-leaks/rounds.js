// @ts-check
'use strict';

/**
 * The calls between two snapshots, and how many there are to be.
 */

const { setImmediate: turn } = require('node:timers/promises');
const { unlessAborted } = require('./deadline');

/** How long calls that never wait may hold the event loop before it gets a turn. */
const TURN_MS = 50;

/** A confirmation of quick calls may take this long in all, and leave this much behind. */
const CONFIRM_MS = 250;
const CONFIRM_BYTES = 8e6;
/** So many times as many calls, of quick ones. */
const QUICK = 10;

/** Calls of the function that is looked at, counted and timed. */
class Calls {
  made = 0;
  /** Milliseconds that they took together. */
  took = 0;
  #fn;

  /** @param {(call: number) => unknown} fn */
  constructor(fn) {
    this.#fn = fn;
  }

  /**
   * One after the other.
   * @param {number} count
   * @param {AbortSignal} signal
   */
  async make(count, signal) {
    const started = performance.now();
    let lastTurn = started;
    for (let i = 0; i < count; i++) {
      const result = /** @type {any} */ (this.#fn(this.made++));
      if (typeof result?.then === 'function') await unlessAborted(result, signal);
      const now = performance.now();
      if (now - lastTurn < TURN_MS) continue;
      await turn();
      signal.throwIfAborted();
      lastTurn = performance.now();
    }
    this.took += performance.now() - started;
  }
}

/**
 * How many calls are to confirm a suspicion, round by round. Each round has twice as many as the one before, so that a
 * cache which fills to its bound is full before the last one begins. Of quick calls that leave little behind there are ten
 * times as many.
 * @param {object} known
 * @param {number} known.iterations calls of a round so far
 * @param {number} known.rounds
 * @param {number} known.msPerCall
 * @param {number} known.bytesPerCall that are suspected to stay
 * @returns {number[]}
 */
function confirmation({ iterations, rounds, msPerCall, bytesPerCall }) {
  const counts = Array.from({ length: rounds }, (_, round) => iterations * 2 ** (round + 1));
  const all = counts.reduce((sum, count) => sum + count, 0);
  const quick = all * QUICK * msPerCall <= CONFIRM_MS && all * QUICK * bytesPerCall <= CONFIRM_BYTES;
  return quick ? counts.map((count) => count * QUICK) : counts;
}

module.exports = { Calls, confirmation };
