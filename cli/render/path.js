// @ts-check
'use strict';

/**
 * A retaining path on a terminal: how the root reaches an object, hop by hop, wrapped at the hops.
 */

const { clean, fit, width } = require('./text');

/** A path may be as long as a linked list; its two ends say where it comes from and what it leads to. */
const LONGEST = 14;

/**
 * The first hop leaves the root, over an edge that has only a number: there the object's own name says more.
 * @param {Array<{ node: { name: string }, text: string }>} hops
 * @param {number} columns
 * @param {string} indent
 * @returns {string[]} lines
 */
function pathLines(hops, columns, indent) {
  const texts = hops.map(({ node, text }, index) => clean((index === 0 && node.name) || text));
  if (texts.length > LONGEST) {
    const left = texts.length - LONGEST;
    texts.splice(LONGEST / 2, left, `… ${left} more …`);
  }
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
