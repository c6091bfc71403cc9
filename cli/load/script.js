// @ts-check
'use strict';

/**
 * Load by a function of the user's: one call is one visit (log in, look around, log out), so many visits at a time, until
 * the stage's time is up.
 */

const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { pathToFileURL } = require('node:url');
const { HeapAnalyzerError } = require('../../lib/errors');
const { limitsOf } = require('./index');
const { Tally } = require('./tally');

/** After a visit that failed. */
const PAUSE_MS = 50;

/**
 * @param {{ script: string, url: URL, connections: number }} options
 * @returns {Promise<import('./index').Drive>}
 */
async function driveByScript({ script, url, connections }) {
  const visit = await load(script);
  let number = 0;
  return async (stage) => {
    const { signal, onProgress } = stage;
    const { passed, over, fraction } = limitsOf(stage);
    const first = number;
    const asked = () => number - first;
    const tally = new Tally('script');
    const ticker = setInterval(() => onProgress(fraction(asked())), 100);
    /** @type {() => void} */
    let leave = () => {};
    const aborted = new Promise((resolve) => (leave = () => resolve(undefined)));
    signal.addEventListener('abort', leave, { once: true });
    const visitor = async () => {
      while (!over(asked()) && !signal.aborted) {
        const began = performance.now();
        try {
          await visit({ url: url.href, number: number++, signal });
          tally.answered(0, performance.now() - began);
        } catch (error) {
          tally.failed(error instanceof Error ? error.message : String(error));
          await sleep(PAUSE_MS);
        }
      }
    };
    try {
      // A visit that never ends is left alone when there is an interruption.
      await Promise.race([aborted, Promise.all(Array.from({ length: connections }, visitor))]);
    } finally {
      clearInterval(ticker);
      signal.removeEventListener('abort', leave);
    }
    signal.throwIfAborted();
    return tally.result(passed());
  };
}

/**
 * @param {string} script
 * @returns {Promise<(visit: { url: string, number: number, signal: AbortSignal }) => unknown>}
 */
async function load(script) {
  const file = path.resolve(script);
  let loaded;
  try {
    loaded = await import(pathToFileURL(file).href);
  } catch (error) {
    const why = /** @type {Error} */ (error).message;
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', `cannot load ${script}: ${why}`, { cause: error });
  }
  const visit = [loaded.default?.default, loaded.default, loaded.visit].find(
    (it) => typeof it === 'function',
  );
  if (!visit) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `${script} exports no function: module.exports = async ({ url, number, signal }) => { … } is one visit`,
    );
  }
  return visit;
}

module.exports = { driveByScript };
