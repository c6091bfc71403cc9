// @ts-check
'use strict';

/**
 * What has to be known of an isolate before it is captured: how large its heap is, who it is, how much memory it may
 * still take. One function looks; for our own isolate it is called, any other one is asked to evaluate its source.
 */

const { setTimeout: sleep } = require('node:timers/promises');
const { HeapAnalyzerError } = require('../errors');

const TRIES = 20;
const PATIENCE_MS = 100;

/** Of what the other side keeps for us. */
const GROUP = 'heap-analyzer';

/** Errors of the other side's JavaScript, and not of the way to it. */
const threw = new WeakSet();

/**
 * @typedef {object} Seen
 * @property {number} pid
 * @property {number} threadId
 * @property {string} nodeVersion
 * @property {string} v8Version
 * @property {string} platform
 * @property {NodeJS.MemoryUsage} memoryUsage
 * @property {number} heapUsed
 * @property {number} largeObjectSpace used bytes of all spaces for large objects
 * @property {number} freemem
 * @property {string} hostname
 * @property {number} startedMs when the process started, since 1970
 */

/**
 * Stands alone: nothing outside of it may be used, since its source is sent elsewhere.
 * @param {(id: string) => any} load
 * @returns {Seen}
 */
function look(load) {
  const v8 = load('v8');
  const os = load('os');
  let largeObjectSpace = 0;
  for (const space of v8.getHeapSpaceStatistics()) {
    if (space.space_name.includes('large_object')) largeObjectSpace += space.space_used_size;
  }
  return {
    pid: process.pid,
    threadId: load('worker_threads').threadId,
    nodeVersion: process.version,
    v8Version: process.versions.v8,
    platform: process.platform,
    memoryUsage: process.memoryUsage(),
    heapUsed: v8.getHeapStatistics().used_heap_size,
    largeObjectSpace,
    freemem: os.freemem(),
    hostname: os.hostname(),
    startedMs: Date.now() - process.uptime() * 1000,
  };
}

/** An ES module has no `require`; the inspector lends one, and newer versions have it on `process`. */
const LOAD = `(typeof require === 'function' ? require : process.getBuiltinModule)`;

/**
 * A main thread, in all that is to be known of it.
 * @param {import('./channel').Channel} channel
 * @returns {Promise<Seen>}
 */
async function lookThrough(channel) {
  return JSON.parse(await evaluate(channel, `JSON.stringify((${look})(${LOAD}))`, true));
}

/**
 * A worker thread. Only what it alone knows is asked of it, and without the inspector's help of lending `require`: to a
 * worker that is just being terminated that is a crash of its whole process. Older versions cannot tell the space for
 * large objects then, and the estimate is too high rather than too low.
 * @param {import('./channel').Channel} channel
 * @param {Seen} host what its main thread has told, or any thread of the process
 * @param {number} threadId
 * @returns {Promise<Seen>}
 */
async function lookIntoWorker(channel, host, threadId) {
  const expression = `JSON.stringify((${lookWithin})())`;
  for (let tried = 1; ; tried++) {
    try {
      const { memoryUsage, largeObjectSpace } = JSON.parse(await evaluate(channel, expression, false));
      return { ...host, threadId, memoryUsage, heapUsed: memoryUsage.heapUsed, largeObjectSpace };
    } catch (error) {
      // One that has just been started can be talked to before it is set up.
      if (!threw.has(/** @type {object} */ (error)) || tried === TRIES) throw error;
      await sleep(PATIENCE_MS);
    }
  }
}

/** Stands alone, as `look` does. */
function lookWithin() {
  // Node 20.16 and later; the type declarations of Node 18 do not know it.
  const { getBuiltinModule } = /** @type {any} */ (process);
  let largeObjectSpace = 0;
  for (const space of getBuiltinModule?.('v8').getHeapSpaceStatistics() ?? []) {
    if (space.space_name.includes('large_object')) largeObjectSpace += space.space_used_size;
  }
  return { memoryUsage: process.memoryUsage(), largeObjectSpace };
}

/**
 * Reads a file as the other side sees it.
 * @param {import('./channel').Channel} channel
 * @param {string} file
 * @returns {Promise<string>}
 */
function readFileThrough(channel, file) {
  return evaluate(channel, `${LOAD}('fs').readFileSync(${JSON.stringify(file)}, 'utf8')`, true);
}

/**
 * @param {import('./channel').Channel} channel
 * @param {string} link
 * @returns {Promise<string>}
 */
function readLinkThrough(channel, link) {
  return evaluate(channel, `${LOAD}('fs').readlinkSync(${JSON.stringify(link)})`, true);
}

/**
 * @param {import('./channel').Channel} channel
 * @param {string} expression gives a string
 * @param {boolean} withRequire not for workers
 * @returns {Promise<string>}
 */
async function evaluate(channel, expression, withRequire) {
  const answer = await channel.post('Runtime.evaluate', {
    expression,
    includeCommandLineAPI: withRequire,
    returnByValue: true,
    silent: true,
    objectGroup: GROUP,
  });
  // An error that was thrown there is held for us, and would be found in the snapshot as what we have added.
  if (answer.exceptionDetails) await channel.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
  if (answer.exceptionDetails || typeof answer.result?.value !== 'string') {
    const why = answer.exceptionDetails?.exception?.description?.split('\n', 1)[0] ?? 'no answer';
    const message = `the other side cannot tell about its heap: ${why}`;
    const error = new HeapAnalyzerError('ERR_HEAP_REMOTE', message);
    threw.add(error);
    throw error;
  }
  return answer.result.value;
}

module.exports = { look, lookThrough, lookIntoWorker, readFileThrough, readLinkThrough, evaluate };
