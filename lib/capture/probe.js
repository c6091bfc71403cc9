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
 * @param {import('./channel').Channel} channel
 * @returns {Promise<Seen>}
 */
async function lookThrough(channel) {
  for (let tried = 1; ; tried++) {
    try {
      return JSON.parse(await evaluate(channel, `JSON.stringify((${look})(${LOAD}))`));
    } catch (error) {
      // A worker that has just been started can be talked to before it can load anything.
      if (!(/** @type {any} */ (error).threw) || tried === TRIES) throw error;
      await sleep(PATIENCE_MS);
    }
  }
}

/**
 * Reads a file as the other side sees it.
 * @param {import('./channel').Channel} channel
 * @param {string} file
 * @returns {Promise<string>}
 */
function readFileThrough(channel, file) {
  return evaluate(channel, `${LOAD}('fs').readFileSync(${JSON.stringify(file)}, 'utf8')`);
}

/**
 * @param {import('./channel').Channel} channel
 * @param {string} link
 * @returns {Promise<string>}
 */
function readLinkThrough(channel, link) {
  return evaluate(channel, `${LOAD}('fs').readlinkSync(${JSON.stringify(link)})`);
}

/**
 * @param {import('./channel').Channel} channel
 * @param {string} expression gives a string
 * @returns {Promise<string>}
 */
async function evaluate(channel, expression) {
  const answer = await channel.post('Runtime.evaluate', {
    expression,
    includeCommandLineAPI: true,
    returnByValue: true,
    silent: true,
  });
  if (answer.exceptionDetails || typeof answer.result?.value !== 'string') {
    const why = answer.exceptionDetails?.exception?.description?.split('\n', 1)[0] ?? 'no answer';
    const message = `the other side cannot tell about its heap: ${why}`;
    throw Object.assign(new HeapAnalyzerError('ERR_HEAP_REMOTE', message), { threw: true });
  }
  return answer.result.value;
}

module.exports = { look, lookThrough, readFileThrough, readLinkThrough, evaluate };
