// @ts-check
'use strict';

/**
 * Text from a heap, made fit for a terminal: without what a terminal acts upon, and with its columns counted as the
 * terminal counts them.
 */

const { clean } = require('../../lib/report/clean');

/** Combining marks, and joiners that show nothing by themselves. */
const NO_WIDTH = /^(?:\p{Mn}|\p{Me}|[\u200b-\u200d\u2060])$/u;

/** Two columns: CJK, Hangul, full-width forms, and characters that are shown as emoji. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]$|^\p{Emoji_Presentation}$/u;

/** @param {string} character one code point */
function characterWidth(character) {
  const code = /** @type {number} */ (character.codePointAt(0));
  if (code < 0x300) return 1;
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/**
 * Columns that a cleaned text takes.
 * @param {string} text
 */
function width(text) {
  let columns = 0;
  for (const character of text) columns += characterWidth(character);
  return columns;
}

/**
 * Cuts a cleaned text to at most so many columns, with an ellipsis where something is missing.
 * @param {string} text
 * @param {number} columns
 * @returns {string}
 */
function fit(text, columns) {
  if (width(text) <= columns) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    const next = characterWidth(character);
    if (used + next > columns - 1) break;
    kept += character;
    used += next;
  }
  return `${kept}…`;
}

/**
 * @param {string} text
 * @param {number} columns
 */
const padEnd = (text, columns) => text + ' '.repeat(Math.max(0, columns - width(text)));

/**
 * @param {string} text
 * @param {number} columns
 */
const padStart = (text, columns) => ' '.repeat(Math.max(0, columns - width(text))) + text;

/**
 * Breaks a cleaned text into lines, at blanks where it can; a word that is longer than a line is broken too, since
 * nothing of a file's name may be missing.
 * @param {string} text
 * @param {number} columns
 * @returns {string[]}
 */
function wrap(text, columns) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    const joined = line === '' ? word : `${line} ${word}`;
    if (width(joined) <= columns) lines[lines.length - 1] = joined;
    else lines.splice(line === '' ? -1 : lines.length, 1, ...pieces(word, columns));
  }
  return lines;
}

/**
 * @param {string} word
 * @param {number} columns
 */
function pieces(word, columns) {
  const all = [''];
  for (const character of word) {
    if (width(all[all.length - 1] + character) > columns) all.push(character);
    else all[all.length - 1] += character;
  }
  return all;
}

module.exports = { clean, width, fit, wrap, padEnd, padStart };
