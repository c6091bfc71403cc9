// @ts-check
'use strict';

/**
 * The options of a capture and how they are read; the same for every function that takes snapshots.
 */

const path = require('node:path');
const { HeapAnalyzerError } = require('../errors');
const { abortSignal, callback, flag, integer, oneOf, readPath, text } = require('../options');

const directory = (/** @type {unknown} */ value, /** @type {string} */ name) =>
  path.resolve(readPath(value, name));

const packing = (/** @type {unknown} */ value, /** @type {string} */ name) =>
  value === false ? false : oneOf('gzip', 'zstd')(value, name);

const anyInteger = integer(0, Number.MAX_SAFE_INTEGER);

/** Of the heap, and of how V8 is asked for it. */
const heapOptions = {
  force: flag,
  signal: abortSignal,
  exposeNumericValues: flag,
  exposeInternals: flag,
  reason: text,
  way: oneOf('direct', 'inspector'),
  compress: packing,
  whenBusy: oneOf('wait', 'share', 'refuse'),
  coolDownMs: anyInteger,
  threadId: integer(0, 0xffffffff),
};

/** @type {(value: any, name: string) => (file: string, answer: any) => unknown} */
const receiver = (value, name) => /** @type {any} */ (callback(value, name));

/** Of files with names of ours. */
const directoryOptions = {
  directory,
  maxFiles: integer(1, Number.MAX_SAFE_INTEGER),
  maxBytes: integer(1, Number.MAX_SAFE_INTEGER),
  onSnapshot: receiver,
};

const fileOptions = { ...heapOptions, ...directoryOptions, overwrite: flag };

/**
 * What is about names of ours means nothing where the caller gives the name.
 * @param {string} [target]
 * @param {Record<string, unknown>} [options]
 */
function refuseWithPath(target, options = {}) {
  if (target === undefined) return;
  for (const name of ['directory', 'maxFiles', 'maxBytes']) {
    if (options[name] === undefined) continue;
    const message = `the option \`${name}\` is about names that heap-analyzer makes up; leave out the path`;
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', message);
  }
}

module.exports = { heapOptions, directoryOptions, fileOptions, refuseWithPath };
