// @ts-check
'use strict';

/**
 * The isolates of this process: our own, the main thread, every worker. Each has a heap of its own, and each can be
 * captured from any other; only the captured one stands still.
 */

const { isMainThread, threadId: ownThreadId } = require('node:worker_threads');
const { openSession } = require('./channel');
const { farIsolate, ownIsolate } = require('./source');
const { Workers } = require('./workers');

/**
 * @param {number} threadId
 * @returns {Promise<import('./source').Source>} to be closed
 */
async function openThread(threadId) {
  if (threadId === ownThreadId) return ownIsolate;
  const main = openSession({ mainThread: !isMainThread });
  /** @type {import('./source').Source['described']} */
  const described = { kind: 'thread', target: threadId };
  const close = () => main.close();
  if (threadId === 0) return farIsolate(main, { described, threadId, close });
  try {
    const workers = new Workers(main);
    await workers.list();
    const channel = workers.open(threadId);
    const threadName = workers.nameOf(threadId);
    return farIsolate(channel, { described, threadId, threadName, close });
  } catch (error) {
    main.close();
    throw error;
  }
}

/**
 * The main thread and all workers of this process, whoever started them.
 * @returns {Promise<Array<{ threadId: number, name?: string, current: boolean }>>}
 */
async function listOwnThreads() {
  const main = openSession({ mainThread: !isMainThread });
  try {
    const workers = await new Workers(main).list();
    return [{ threadId: 0 }, ...workers].map((thread) => ({
      ...thread,
      current: thread.threadId === ownThreadId,
    }));
  } finally {
    main.close();
  }
}

module.exports = { openThread, listOwnThreads };
