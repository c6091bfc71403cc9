// @ts-check
'use strict';

/**
 * An isolate of another process, by the address of its inspector.
 */

const { evaluate } = require('../probe');
const { farIsolate } = require('../source');
const { Workers } = require('../workers');
const { connect, readAddress, shown } = require('./websocket');

/**
 * @typedef {object} InspectOptions
 * @property {AbortSignal} [signal]
 * @property {boolean} [allowRemote]
 * @property {number} [threadId]
 * @property {number} [connectTimeoutMs]
 */

const CONNECT_MS = 10_000;

/**
 * @param {unknown} address
 * @param {InspectOptions} options
 * @returns {Promise<import('../source').Source>} to be closed
 */
async function openInspected(address, { signal, allowRemote = false, threadId = 0 }) {
  const read = readAddress(address, allowRemote);
  const main = await connect(read, { signal, timeoutMs: CONNECT_MS });
  const where = shown(read);
  const close = () => main.close();
  if (threadId === 0) {
    return farIsolate(main, { described: { kind: 'inspector', target: where }, threadId, main, close });
  }
  try {
    const workers = new Workers(main);
    await workers.list();
    const channel = workers.open(threadId);
    const described = /** @type {const} */ ({ kind: 'inspector', target: `${where}, thread ${threadId}` });
    return farIsolate(channel, { described, threadId, threadName: workers.nameOf(threadId), main, close });
  } catch (error) {
    main.close();
    throw error;
  }
}

/**
 * @param {unknown} address
 * @param {InspectOptions} options
 * @returns {Promise<Array<{ threadId: number, name?: string, current: boolean }>>}
 */
async function listInspected(address, { signal, allowRemote = false }) {
  const main = await connect(readAddress(address, allowRemote), { signal, timeoutMs: CONNECT_MS });
  try {
    const workers = await new Workers(main).list();
    return [{ threadId: 0 }, ...workers].map((thread) => ({ ...thread, current: false }));
  } finally {
    main.close();
  }
}

/**
 * Closes the inspector that is talked to. In a moment and not at once: closing waits for our own connection to end.
 * @param {number} port
 * @param {AbortSignal} [signal]
 */
async function closeInspector(port, signal) {
  const main = await connect({ host: '127.0.0.1', port }, { signal, timeoutMs: CONNECT_MS });
  try {
    await evaluate(main, `(setTimeout(() => process._debugEnd(), 50), 'closing')`, false);
  } finally {
    main.close();
  }
}

module.exports = { openInspected, listInspected, closeInspector };
