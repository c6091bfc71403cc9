// @ts-check
'use strict';

/**
 * Text from a heap, made fit for a terminal: without what a terminal acts upon, and with its columns counted as the
 * terminal counts them.
 */

const { clean } = require('../../lib/report/clean');
const { shownPieces, width } = require('./width');

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
  for (const [piece, next] of shownPieces(text)) {
    if (used + next > columns - 1) break;
    kept += piece;
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
    else lines.splice(line === '' ? -1 : lines.length, 1, ...broken(word, columns));
  }
  return lines;
}

/**
 * @param {string} word
 * @param {number} columns
 */
function broken(word, columns) {
  const all = [''];
  let used = 0;
  for (const [piece, next] of shownPieces(word)) {
    if (used + next > columns && used > 0) {
      all.push('');
      used = 0;
    }
    all[all.length - 1] += piece;
    used += next;
  }
  return all;
}

module.exports = { clean, width, fit, wrap, padEnd, padStart };
