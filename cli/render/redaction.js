// @ts-check
'use strict';

/**
 * A redacted copy for people: where it is, and how much was hidden.
 */

const { counted, size } = require('./numbers');
const { clean } = require('./text');

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 */
function renderRedaction({ path, sizeBytes, nodeCount, replacedCount, compression, sha256 }, { colors }) {
  const packed = compression ? `, packed with ${compression}` : '';
  return [
    colors.bold(clean(path)),
    `  ${size(sizeBytes)}${packed}, ${counted(nodeCount, 'node')}, ${counted(replacedCount, 'text')} replaced`,
    colors.dim(`  sha256 ${sha256}`),
    '',
  ].join('\n');
}

module.exports = { renderRedaction };
