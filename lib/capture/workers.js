// @ts-check
'use strict';

/**
 * The worker threads behind a main thread, by the inspector's own list: it knows every worker, whoever started it, and
 * the app has to register nothing.
 */

const { HeapAnalyzerError } = require('../errors');
const { Channel } = require('./channel');

/** @typedef {{ threadId: number, name?: string }} WorkerInfo */

class Workers {
  #main;
  /** @type {Map<number, { sessionId: string, name?: string }>} */
  #attached = new Map();
  /** @type {Map<string, Channel>} */
  #open = new Map();

  /** @param {Channel} main */
  constructor(main) {
    this.#main = main;
    main.on('NodeWorker.attachedToWorker', ({ sessionId, workerInfo }) => {
      // `workerId` only counts what this conversation has seen. The id of the thread is in the title,
      // "[worker 3] name"; newer versions write "WorkerThread" where no name was given.
      const [, threadId, name] = /^\[worker (\d+)\] ?(.*)$/s.exec(workerInfo.title) ?? [];
      if (threadId === undefined) return;
      const named = name && name !== 'WorkerThread' ? { name } : {};
      this.#attached.set(Number(threadId), { sessionId, ...named });
    });
    main.on('NodeWorker.detachedFromWorker', ({ sessionId }) => {
      for (const [threadId, worker] of this.#attached) {
        if (worker.sessionId === sessionId) this.#attached.delete(threadId);
      }
      this.#open.get(sessionId)?.close(new HeapAnalyzerError('ERR_HEAP_CAPTURE', 'the worker thread ended'));
    });
    main.on('NodeWorker.receivedMessageFromWorker', ({ sessionId, message }) =>
      this.#open.get(sessionId)?.receive(JSON.parse(message)),
    );
  }

  /**
   * The workers that there are now.
   * @returns {Promise<WorkerInfo[]>}
   */
  async list() {
    // They are told one by one before this is answered.
    await this.#main.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return [...this.#attached]
      .map(([threadId, { name }]) => ({ threadId, ...(name === undefined ? {} : { name }) }))
      .sort((a, b) => a.threadId - b.threadId);
  }

  /**
   * A conversation with one of them; to be called after `list()`.
   * @param {number} threadId
   * @returns {Channel}
   */
  open(threadId) {
    const worker = this.#attached.get(threadId);
    if (!worker) {
      const others = [...this.#attached.keys()].sort((a, b) => a - b);
      const there = others.length === 0 ? 'there are no workers' : `there are ${others.join(', ')}`;
      throw new HeapAnalyzerError('ERR_HEAP_NOT_FOUND', `there is no worker thread ${threadId}: ${there}`);
    }
    const { sessionId } = worker;
    const channel = new Channel(
      (message) => {
        const sent = this.#main.post('NodeWorker.sendMessageToWorker', {
          sessionId,
          message: JSON.stringify(message),
        });
        sent.catch((error) => channel.close(error));
      },
      () => void this.#open.delete(sessionId),
    );
    this.#open.set(sessionId, channel);
    this.#main.onClose((error) => channel.close(error));
    return channel;
  }

  /** @param {number} threadId */
  nameOf(threadId) {
    return this.#attached.get(threadId)?.name;
  }
}

module.exports = { Workers };
