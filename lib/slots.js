// @ts-check
'use strict';

/**
 * A limit on how many tasks run at once; the others wait in line, first come first served.
 *
 * Engine tasks sit on the threads of libuv's pool for seconds. The app around us needs the same few threads
 * for its files and name look-ups, so a burst of analyses must queue here and not there. Whoever waits can
 * still give up: an aborted signal takes its task out of the line.
 */
class Slots {
  #free;
  /** @type {Array<() => void>} */
  #waiting = [];

  /** @param {number} limit */
  constructor(limit) {
    this.#free = limit;
  }

  /**
   * Runs the task as soon as there is room. Rejects with the signal's reason when it aborts before that.
   * @template T
   * @param {() => Promise<T>} task
   * @param {AbortSignal} [signal]
   * @returns {Promise<T>}
   */
  async run(task, signal) {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  /** @param {AbortSignal} [signal] */
  #turn(signal) {
    return /** @type {Promise<void>} */ (
      new Promise((resolve, reject) => {
        const enter = () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
        };
        const giveUp = () => {
          this.#waiting.splice(this.#waiting.indexOf(enter), 1);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        this.#waiting.push(enter);
      })
    );
  }
}

module.exports = { Slots };
