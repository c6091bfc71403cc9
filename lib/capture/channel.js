// @ts-check
'use strict';

/**
 * A conversation in the inspector's protocol, whatever carries it: a session inside of this process, a WebSocket to
 * another one, or a conversation with a main thread that passes messages on to one of its workers.
 *
 * When the line breaks, every question that waits for its answer is rejected: a capture whose other side is gone must
 * not wait for ever.
 */

const { HeapAnalyzerError } = require('../errors');

/** @typedef {{ id?: number, method?: string, params?: any, result?: any, error?: { message: string } }} Message */

class Channel {
  #send;
  #hangUp;
  #lastId = 0;
  /** @type {Map<number, { resolve(result: any): void, reject(error: unknown): void }>} */
  #waiting = new Map();
  /** @type {Map<string, Set<(params: any) => void>>} */
  #listeners = new Map();
  /** @type {unknown} */
  #broken = null;
  /** @type {Set<(error: unknown) => void>} */
  #mourners = new Set();

  /**
   * @param {(message: { id: number, method: string, params: object }) => void} send
   * @param {() => void} [hangUp] frees what carries the conversation
   */
  constructor(send, hangUp = () => {}) {
    this.#send = send;
    this.#hangUp = hangUp;
  }

  /**
   * @param {string} method
   * @param {object} [params]
   * @returns {Promise<any>} the result
   */
  post(method, params = {}) {
    return new Promise((resolve, reject) => {
      if (this.#broken) return reject(this.#broken);
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      try {
        this.#send({ id, method, params });
      } catch (error) {
        this.close(error);
      }
    });
  }

  /**
   * @param {string} method of a notification
   * @param {(params: any) => void} listener must not throw
   * @returns {() => void} stops listening
   */
  on(method, listener) {
    const listeners = this.#listeners.get(method) ?? new Set();
    this.#listeners.set(method, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** @param {(error: unknown) => void} listener is told when the conversation is over */
  onClose(listener) {
    if (this.#broken) listener(this.#broken);
    else this.#mourners.add(listener);
  }

  /** @param {Message} message */
  receive({ id, method, params, result, error }) {
    if (id === undefined) {
      if (method !== undefined) for (const listener of this.#listeners.get(method) ?? []) listener(params);
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error)
      waiting?.reject(new HeapAnalyzerError('ERR_HEAP_REMOTE', `the inspector says: ${error.message}`));
    else waiting?.resolve(result);
  }

  /** @param {unknown} [reason] what those who still wait are rejected with */
  close(reason) {
    if (this.#broken) return;
    this.#broken = reason ?? new HeapAnalyzerError('ERR_HEAP_REMOTE', 'the inspector was disconnected');
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    for (const listener of this.#mourners) listener(this.#broken);
    this.#waiting.clear();
    this.#listeners.clear();
    this.#hangUp();
  }
}

/** @type {import('node:inspector').Session | undefined} */
let connected;
/** How many conversations go through it. */
let conversations = 0;

/**
 * The session with the isolate of this thread. It stays connected: with the end of any session V8 forgets the ids of all
 * objects, and snapshots before and after would have nothing in common by which an object could be followed.
 * @returns {import('node:inspector').Session}
 */
function ownSession() {
  if (connected === undefined) {
    const session = new (loadInspector().Session)();
    session.connect();
    connected = session;
  }
  return connected;
}

/**
 * To the isolate of this thread, or from a worker to the main thread.
 * @param {{ mainThread?: boolean }} [options]
 * @returns {Channel}
 */
function openSession({ mainThread = false } = {}) {
  /** @type {() => void} */
  let leave;
  let session;
  if (mainThread) {
    const toMain = new (loadInspector().Session)();
    toMain.connectToMainThread();
    // Such a session alone does not keep the worker alive, which would then end without an answer.
    const keepAlive = setInterval(() => {}, 2 ** 30);
    leave = () => {
      clearInterval(keepAlive);
      toMain.disconnect();
    };
    session = toMain;
  } else {
    const own = ownSession();
    conversations++;
    leave = () => {
      own.off('inspectorNotification', listen);
      // What was attached for us is let go, as the end of the session would.
      if (--conversations === 0) own.post('NodeWorker.disable', () => {});
    };
    session = own;
  }
  const channel = new Channel(
    ({ id, method, params }) =>
      session.post(method, params, (error, result) => {
        // What inspector gives as an error is the protocol's own, and not always an instance of Error.
        channel.receive(error ? { id, error: { message: error.message } } : { id, result });
      }),
    leave,
  );
  /** @param {any} message */
  function listen(message) {
    channel.receive(message);
  }
  session.on('inspectorNotification', listen);
  return channel;
}

/** @returns {typeof import('node:inspector')} */
function loadInspector() {
  try {
    return require('node:inspector');
  } catch (error) {
    throw new HeapAnalyzerError('ERR_HEAP_UNSUPPORTED', 'this Node.js was built without its inspector', {
      cause: error,
    });
  }
}

module.exports = { Channel, openSession, ownSession, loadInspector };
