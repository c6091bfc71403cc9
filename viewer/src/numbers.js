// @ts-check

/** Numbers as the command line writes them, by the same code: a figure looks the same wherever it is met. */

import numbers from '../../lib/report/numbers.js';

const { size, signedSize, count, signedCount, counted, percent } = numbers;

/** What only V8 reaches has 100,000,000 added, what nothing reaches is negative; DevTools shows a dash. @param {number} value */
const distance = (value) => (value >= 0 && value < 100_000_000 ? count(value) : '–');

/** @param {any} place */
const placeText = ({ file, line, column }) =>
  [file, line, column].filter((part) => part !== undefined).join(':');

/** The last parts of a path: what tells it from others. @param {string} file */
function shortFile(file) {
  // Node's own are known by their whole names.
  if (file.startsWith('node:')) return file;
  const parts = file.split(/[\\/]/);
  return parts.length <= 3 ? file : `…/${parts.slice(-2).join('/')}`;
}

/** @param {any} node */
const nodeName = (node) =>
  node.name || (node.type === 'synthetic' ? '(root)' : `(${node.type ?? node.class})`);

export { size, signedSize, count, signedCount, counted, percent, distance, placeText, shortFile, nodeName };
