// @ts-check
'use strict';

/**
 * What a request asks for beyond its path: the query, read as strictly as options are. There is no body to read:
 * everything the endpoint understands fits a line of `curl`.
 */

const { HeapAnalyzerError } = require('../errors');
const { nearest } = require('../nearest');

/** @typedef {(value: string, name: string) => any} Reader */

/**
 * @param {string} name
 * @param {string} expected
 * @returns {HeapAnalyzerError}
 */
const bad = (name, expected) =>
  new HeapAnalyzerError('ERR_HEAP_USAGE', `expected ${expected} for the query parameter \`${name}\``);

/** @type {(value: string, name: string) => boolean} */
const yes = (value, name) => {
  if (['', '1', 'true'].includes(value)) return true;
  if (['0', 'false'].includes(value)) return false;
  throw bad(name, '1 or 0');
};

/** @type {<W extends string>(...words: W[]) => (value: string, name: string) => W} */
const word =
  (...words) =>
  (value, name) => {
    const found = words.find((known) => known === value);
    if (found === undefined) throw bad(name, words.join(' or '));
    return found;
  };

/** @type {(min: number, max: number) => (value: string, name: string) => number} */
const whole = (min, max) => (value, name) => {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
  if (!(number >= min && number <= max)) throw bad(name, `an integer from ${min} to ${max}`);
  return number;
};

/** @type {(value: string, name: string) => string} */
const line = (value, name) => {
  if (value.length > 0 && value.length <= 200 && !/[\u0000-\u001f\u007f-\u009f]/.test(value)) return value;
  throw bad(name, 'a line of at most 200 characters');
};

/** @type {(value: string, name: string) => { propertyKeys: boolean } | false} */
const redaction = (value, name) => {
  if (value === 'keys') return { propertyKeys: true };
  try {
    return yes(value, name) ? { propertyKeys: false } : false;
  } catch {
    throw bad(name, '1, keys or 0');
  }
};

/**
 * @template {Record<string, Reader>} K
 * @param {string} query without its question mark
 * @param {K} known
 * @returns {{ [P in keyof K]?: ReturnType<K[P]> }}
 */
function readQuery(query, known) {
  /** @type {Record<string, unknown>} */
  const read = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (!Object.hasOwn(known, name)) {
      const names = Object.keys(known);
      const meant = nearest(name, names);
      const hint = meant
        ? `did you mean \`${meant}\`?`
        : names.length > 0
          ? `it takes ${names.join(', ')}`
          : 'it takes none';
      throw new HeapAnalyzerError('ERR_HEAP_USAGE', `an unknown query parameter: ${hint}`);
    }
    if (Object.hasOwn(read, name)) throw bad(name, 'one value');
    read[name] = known[name](value, name);
  }
  return /** @type {any} */ (read);
}

module.exports = { readQuery, yes, word, whole, line, redaction };
