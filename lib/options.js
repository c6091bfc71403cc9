// @ts-check
'use strict';

/**
 * Reads the arguments of the public functions: every value is checked before any work begins, and an option
 * that does not exist is refused with the name that was probably meant.
 */

const { fileURLToPath } = require('node:url');
const { HeapAnalyzerError, badArgument } = require('./errors');
const { nearest } = require('./nearest');

/** @typedef {(value: any, name: string) => any} Reader takes what was given, returns what is used, or throws */

/**
 * @template {Record<string, Reader>} K
 * @param {string} functionName as the caller wrote it, for the message
 * @param {unknown} given
 * @param {K} known
 * @returns {{ [P in keyof K]?: ReturnType<K[P]> }}
 */
function readOptions(functionName, given, known) {
  if (given === undefined) return {};
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw badArgument('options', 'an object', given);
  }
  /** @type {Record<string, unknown>} */
  const read = {};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, name)) throw unknownOption(functionName, name, Object.keys(known));
    if (value !== undefined) read[name] = known[name](value, name);
  }
  return /** @type {any} */ (read);
}

/**
 * @param {string} functionName
 * @param {string} name
 * @param {string[]} known
 */
function unknownOption(functionName, name, known) {
  const meant = nearest(name, known);
  const hint = meant ? `did you mean \`${meant}\`?` : `it takes ${known.join(', ')}`;
  return new HeapAnalyzerError('ERR_HEAP_USAGE', `${functionName}() has no option \`${name}\`: ${hint}`);
}

/**
 * @param {number} min
 * @param {number} max
 * @returns {(value: unknown, name: string) => number}
 */
const integer = (min, max) => (value, name) => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw badArgument(name, `an integer from ${min} to ${max}`, value);
};

/** @type {(value: unknown, name: string) => boolean} */
const flag = (value, name) => {
  if (typeof value === 'boolean') return value;
  throw badArgument(name, 'true or false', value);
};

/** @type {(value: unknown, name: string) => string} */
const text = (value, name) => {
  if (typeof value === 'string' && value !== '') return value;
  throw badArgument(name, 'a non-empty string', value);
};

/**
 * @template {string} W
 * @param {...W} words
 * @returns {(value: any, name: string) => W}
 */
const oneOf =
  (...words) =>
  (value, name) => {
    if (words.includes(value)) return value;
    throw badArgument(name, words.map((word) => JSON.stringify(word)).join(' or '), value);
  };

/** @type {(value: any, name: string) => (progress: { phase: string, fraction: number }) => unknown} */
const callback = (value, name) => {
  if (typeof value === 'function') return value;
  throw badArgument(name, 'a function', value);
};

/** @type {(value: any, name: string) => AbortSignal} */
const abortSignal = (value, name) => {
  // By its members and not by instanceof: polyfills and other realms have classes of their own.
  if (typeof value?.aborted === 'boolean' && typeof value.addEventListener === 'function') return value;
  throw badArgument(name, 'an AbortSignal', value);
};

/**
 * A path: a string, or a URL of the scheme file:.
 * @param {unknown} value
 * @param {string} name
 * @returns {string}
 */
function readPath(value, name) {
  if (value instanceof URL) {
    if (value.protocol !== 'file:') throw badArgument(name, 'a URL of the scheme file:', value.href);
    return fileURLToPath(value);
  }
  if (typeof value !== 'string') throw badArgument(name, 'a path or a file: URL', value);
  if (value === '' || value.includes('\0')) throw badArgument(name, 'a path', value);
  return value;
}

/**
 * A snapshot: its path, or its bytes. Bytes are passed on without a copy.
 * @param {unknown} value
 * @param {string} name
 * @returns {string | Buffer}
 */
function readInput(value, name) {
  if (typeof value === 'string' || value instanceof URL) return readPath(value, name);
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  throw badArgument(name, 'a path, a file: URL, a Buffer, a Uint8Array or an ArrayBuffer', value);
}

module.exports = { readOptions, readPath, readInput, integer, flag, text, oneOf, callback, abortSignal };
