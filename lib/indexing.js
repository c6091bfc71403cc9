// @ts-check
'use strict';

/**
 * Whether and where a question may use and make the index of a snapshot, as the engine wants it told. What an index is
 * and what it is trusted with stands in docs/index-file.md.
 */

const path = require('node:path');
const { readPath } = require('./options');

/**
 * @typedef {object} Indexing
 * @property {string} cache the directory of indexes; empty: each beside its snapshot
 * @property {number} cacheFrom bytes from which on a snapshot gets one
 * @property {import('./native').IndexKeeper} [keeper] what writes it after the answer; without it, it is written before
 */

/** What the name of an index beside its snapshot ends with. */
const SUFFIX = '.heapindex';

/**
 * The option `cache` of the API: whoever asks for an index gets it whatever the snapshot's size.
 * @param {unknown} value
 * @param {string} name
 * @returns {Indexing | undefined}
 */
function readCache(value, name) {
  if (value === false) return undefined;
  return { cache: value === true ? '' : path.resolve(readPath(value, name)), cacheFrom: 0 };
}

/**
 * The index beside a snapshot.
 * @param {string} file
 */
const indexBeside = (file) => `${file}${SUFFIX}`;

/**
 * The engine's options and what it leaves its indexes with.
 * @param {Indexing | undefined} indexing
 */
function forEngine(indexing) {
  const { keeper, ...options } = indexing ?? {};
  return { options, keeper };
}

module.exports = { readCache, indexBeside, forEngine };
