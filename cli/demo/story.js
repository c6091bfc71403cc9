// @ts-check
'use strict';

/**
 * What the demo says: each step when it is done, the comparison, and what leaks.
 */

const path = require('node:path');
const { renderComparison } = require('../render/comparison');
const { renderLeaks } = require('../render/leaks');
const { counted, duration, signedSize, size } = require('../render/numbers');
const { padEnd, padStart } = require('../render/text');

/** @param {import('../render/style').Style} style */
function opening({ colors }) {
  return [
    colors.bold('A small web shop runs in a child process. It has a memory leak. Let us find it.'),
    '',
    '',
  ].join('\n');
}

/**
 * @param {string} name of the snapshot
 * @param {number} visits
 * @param {any} capture
 * @param {import('../render/style').Style} style
 */
function step(name, visits, capture, { colors }) {
  const figures = `${size(capture.sizeBytes)}, pause ${duration(capture.pauseMs)}`;
  return `  ${padStart(counted(visits, 'visit'), 12)}  then snapshot ${colors.bold(padEnd(name, 8))}  ${colors.dim(figures)}\n`;
}

/**
 * @param {any} comparison of the first snapshot with the last
 * @param {any} leaks found over all three
 * @param {object} run
 * @param {number} run.visits between the first snapshot and the last
 * @param {string | null} run.keptIn
 * @param {import('../render/style').Style} style
 */
function ending(comparison, leaks, { visits, keptIn }, style) {
  const { selfSize } = comparison.totals.delta;
  const growth = `The heap changed by ${signedSize(selfSize)} over ${counted(visits, 'visit')}. Is that a leak?`;
  return [
    '',
    renderComparison(comparison, style),
    style.colors.bold(growth),
    '',
    renderLeaks(leaks, style),
    ...lookYourself(keptIn),
    '',
  ].join('\n');
}

/** @param {string | null} keptIn */
function lookYourself(keptIn) {
  if (keptIn === null) {
    return ['  To keep the snapshots, and look for yourself:', '    heap-analyzer demo --keep snapshots'];
  }
  const file = (/** @type {string} */ name) => path.join(keptIn, `${name}.heapsnapshot`);
  const all = ['baseline', 'target', 'final'].map(file).join(' ');
  return [
    `  The three snapshots are in ${keptIn}. Look for yourself:`,
    `    heap-analyzer find-leaks --snapshots ${all}`,
    `    heap-analyzer compare ${file('baseline')} ${file('final')}`,
    `    heap-analyzer analyze ${file('final')}`,
  ];
}

module.exports = { opening, step, ending };
