// @ts-check
'use strict';

/**
 * The index of a snapshot on the command line: used where it is there, and written when the answer has been printed, so
 * that nobody waits for it. Whatever happens to it changes neither the answer nor the exit code.
 */

const path = require('node:path');

/** Smaller ones are read again as fast as a person can ask. */
const PAYS_FROM = 16e6;

/** Says that there shall be none. */
const OFF = new Set(['off', 'no', 'false', '0']);

/**
 * @typedef {object} CacheFlags
 * @property {boolean} [cache] false: no index
 * @property {string} [cacheDir]
 */

/**
 * @param {import('commander').Command} command
 */
function addCache(command) {
  return command
    .option('--cache-dir <dir>', 'keep indexes in this directory, and not beside the snapshots')
    .option('--no-cache', 'neither use an index of the snapshot nor write one');
}

/**
 * @param {CacheFlags} flags
 * @param {import('./main').Context} context
 */
function openCache({ cache = true, cacheDir }, { env, signal }) {
  const place = where(cache, cacheDir, env.HEAP_ANALYZER_CACHE);
  if (place === undefined) return { indexing: undefined, write: async () => {} };
  const { loadNative } = require('../lib/native');
  const keeper = new (loadNative().IndexKeeper)();
  return {
    /** @type {import('../lib/indexing').Indexing} */
    indexing: { ...place, keeper },
    /** Writes what the questions brought up. Ends soon after an interruption. */
    async write() {
      const { runTask } = require('../lib/engine');
      await runTask((_, cancel) => keeper.write(cancel), { signal }).catch(() => {});
    },
  };
}

/**
 * @param {boolean} wanted
 * @param {string | undefined} directory
 * @param {string | undefined} setting of the environment
 */
function where(wanted, directory, setting) {
  if (!wanted) return undefined;
  if (directory !== undefined) return { cache: path.resolve(directory), cacheFrom: 0 };
  if (!setting) return { cache: '', cacheFrom: PAYS_FROM };
  return OFF.has(setting.toLowerCase()) ? undefined : { cache: path.resolve(setting), cacheFrom: 0 };
}

module.exports = { addCache, openCache };
