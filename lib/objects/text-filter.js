// @ts-check
'use strict';

/**
 * A text to be equal to, or a pattern to be found in it, as the objects' filters take it.
 *
 * The engine looks through millions of names faster than they cross to JavaScript, and knows no regular expressions. Most
 * that people write are plain text with an anchor, or a choice of such texts: those it is told in its own words. Whatever
 * is more is tried here, name by name.
 */

const { badArgument } = require('../errors');

/**
 * @typedef {{ any: string[], starts: boolean, ends: boolean }} Words what the engine understands: one of some texts, or
 *   beginning, ending with one, or having one in it
 * @typedef {{ holds: (text: string) => boolean, words?: Words }} TextFilter
 */

/** Characters that stand for themselves, and those that do behind a backslash. ASCII: there units are characters. */
const PLAIN = '(?:[\\w :;,"\'<>=!#%&@~`/-]|\\\\[\\^$\\\\.*+?()[\\]{}|/-])*';
const SIMPLE = new RegExp(`^(\\^?)(?:\\((?:\\?:)?(${PLAIN}(?:\\|${PLAIN})*)\\)|(${PLAIN}))(\\$?)$`);

/**
 * @param {any} value
 * @param {string} name
 * @returns {TextFilter}
 */
function readText(value, name) {
  if (typeof value === 'string') {
    return { holds: (text) => text === value, words: { any: [value], starts: true, ends: true } };
  }
  if (value instanceof RegExp) {
    // One with a memory of where it was last would find every second one.
    const pattern = new RegExp(value.source, value.flags.replace(/[gy]/g, ''));
    return { holds: (text) => pattern.test(text), words: wordsOf(pattern) };
  }
  throw badArgument(name, 'a string or a regular expression', value);
}

/** @param {RegExp} pattern @returns {Words | undefined} */
function wordsOf(pattern) {
  if (/[^sud]/.test(pattern.flags)) return undefined;
  const found = SIMPLE.exec(pattern.source);
  if (found === null) return undefined;
  const [, start, choice, single, end] = found;
  const texts = choice === undefined ? [single] : alternatives(choice);
  return { any: texts.map((text) => text.replace(/\\(.)/g, '$1')), starts: start !== '', ends: end !== '' };
}

/** Parted at the bars that are not behind a backslash. @param {string} choice */
function alternatives(choice) {
  const parts = [''];
  for (const [one] of choice.matchAll(/\\.|./g)) {
    if (one === '|') parts.push('');
    else parts[parts.length - 1] += one;
  }
  return parts;
}

module.exports = { readText };
