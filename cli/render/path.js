// @ts-check
'use strict';

/**
 * A retaining path on a terminal: how the root reaches an object, hop by hop, wrapped at the hops.
 */

const { hopWords } = require('../../lib/report/words');
const { clean, fit, width } = require('./text');

/**
 * @param {Array<{ node: { name: string }, text: string }>} hops
 * @param {number} columns
 * @param {string} indent
 * @returns {string[]} lines
 */
function pathLines(hops, columns, indent) {
  const texts = hopWords(hops).map(clean);
  const room = columns - width(indent);
  /** @type {string[]} */
  const lines = [];
  let line = '';
  for (const [index, text] of texts.entries()) {
    const hop = fit(index === 0 ? text : `→ ${text}`, room);
    if (line !== '' && width(line) + 1 + width(hop) > room) {
      lines.push(indent + line);
      line = hop;
    } else {
      line = line === '' ? hop : `${line} ${hop}`;
    }
  }
  if (line !== '') lines.push(indent + line);
  return lines;
}

module.exports = { pathLines };
