// @ts-check
'use strict';

/**
 * Writes what comes in pieces, in the order in which it comes, without stopping the event loop for the disk.
 *
 * The pieces come from a listener, where an exception would be swallowed by the inspector and the file be called
 * done: whatever fails is kept, and told to who waits for the end.
 */

const fs = require('node:fs/promises');

/** What is written with one call. */
const BATCH_CHARACTERS = 4 << 20;

class ChunkFile {
  #file;
  /** @type {string[]} */
  #waiting = [];
  #ended = false;
  /** @type {() => void} */
  #wake = () => {};
  #writing;

  /** @param {string} file is made, and must not exist */
  constructor(file) {
    this.#file = file;
    this.#writing = this.#write();
    // It is looked at in `finish`; until then it is no unhandled rejection.
    this.#writing.catch(() => {});
  }

  /** @param {string} chunk */
  push(chunk) {
    this.#waiting.push(chunk);
    this.#wake();
  }

  /** Rejects as soon as writing fails; never resolves before the end. */
  get failed() {
    return this.#writing;
  }

  /** Resolves when all is written. */
  finish() {
    this.#ended = true;
    this.#wake();
    return this.#writing;
  }

  /** Gives up what was not written yet, and closes the file. Never rejects. */
  async discard() {
    this.#waiting = [];
    await this.finish().catch(() => {});
  }

  async #write() {
    const handle = await fs.open(this.#file, 'wx', 0o600);
    try {
      for (;;) {
        const batch = this.#take();
        // A write may be cut short without an error when the disk fills; writeFile goes on until there is one.
        if (batch !== '') await handle.writeFile(batch);
        else if (this.#ended) break;
        else await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
      }
    } finally {
      await handle.close();
    }
  }

  #take() {
    let length = 0;
    let count = 0;
    while (count < this.#waiting.length && length < BATCH_CHARACTERS) length += this.#waiting[count++].length;
    return this.#waiting.splice(0, count).join('');
  }
}

module.exports = { ChunkFile };
