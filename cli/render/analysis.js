// @ts-check
'use strict';

/**
 * The answer of `analyze` as a person reads it: what the heap consists of, which classes hold most, and which
 * single objects do; and what else was asked for.
 */

const { UNITS_NOTE } = require('../../lib/report/words');
const { count, counted, percent, size } = require('./numbers');
const { pathLines } = require('./path');
const { table } = require('./table');
const { sectionLines } = require('./sections');
const { clean, fit, padEnd, padStart } = require('./text');

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 * @param {number} [biggestShown] each takes three lines or more, so that not all of them are wanted at once
 * @returns {string}
 */
function renderAnalysis(answer, style, biggestShown = answer.biggest.length) {
  const { bold, dim } = style.colors;
  const [snapshot] = answer.snapshots;
  const biggest = answer.biggest.slice(0, biggestShown);
  return [
    ...snapshotLines('', snapshot, style),
    '',
    ...compositionLines(answer, style),
    '',
    bold('Classes by retained size') + dim(shownOf(answer.classes.length, answer.classCount)),
    '',
    ...classTable(answer, style),
    '',
    bold('Biggest objects by retained size'),
    ...biggest.flatMap((/** @type {any} */ entry) => biggestLines(entry, style)),
    ...sectionLines(answer, style),
    '',
    dim(UNITS_NOTE),
    '',
  ].join('\n');
}

/**
 * Name of the file on one line, its figures on the next: paths are long.
 * @param {string} label
 * @param {any} snapshot
 * @param {import('./style').Style} style
 */
function snapshotLines(label, { path, sizeBytes, nodeCount, edgeCount }, style) {
  const name = fit(clean(path ?? '(standard input)'), style.width - label.length);
  const figures = `${size(sizeBytes)} file, ${counted(nodeCount, 'node')}, ${counted(edgeCount, 'edge')}`;
  return [label + style.colors.bold(name), ' '.repeat(label.length) + figures];
}

/**
 * The statistics of DevTools, as a small indented table with shares of the total.
 * @param {any} answer
 * @param {import('./style').Style} style
 */
function compositionLines({ statistics }, style) {
  const { total, native, v8heap } = statistics;
  /** @type {Array<[string, number]>} */
  const parts = [
    ['Heap in all', total],
    ['  V8 heap', v8heap.total],
    ['    strings', v8heap.strings],
    ['    code', v8heap.code],
    ['    JS arrays', v8heap.jsArrays],
    ['    system', v8heap.system],
    ['  Native', native.total],
    ['    typed arrays', native.typedArrays],
  ];
  return parts.map(([label, bytes], index) => {
    const share = index === 0 ? '' : style.colors.dim(padStart(percent(bytes, total), 9));
    const line = padEnd(label, 20) + padStart(size(bytes), 12) + share;
    return index === 0 ? style.colors.bold(line) : line;
  });
}

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 */
function classTable({ classes, statistics }, style) {
  return table(
    [
      { title: 'CLASS', name: true, value: (row) => row.name },
      { title: 'COUNT', value: (row) => count(row.count) },
      { title: 'SHALLOW', value: (row) => size(row.selfSize) },
      { title: 'RETAINED', value: (row) => size(row.retainedSize) },
      { title: '% HEAP', optional: true, value: (row) => percent(row.retainedSize, statistics.total) },
      { title: 'DISTANCE', optional: true, value: (row) => distance(row.distance) },
    ],
    classes,
    style,
  );
}

/**
 * Objects that only the engine's second wave reaches have 100,000,000 added, unreachable ones are negative;
 * DevTools shows both as a dash, and so do we.
 * @param {number} value
 */
const distance = (value) => (value >= 0 && value < 100_000_000 ? count(value) : '–');

/**
 * @param {any} entry
 * @param {import('./style').Style} style
 */
function biggestLines({ node, retainedSize, path }, style) {
  const id = `@${node.id}`;
  const label = fit(clean(node.name || node.class), style.width - 14 - id.length);
  return [
    '',
    `${padStart(size(retainedSize), 10)}  ${style.colors.bold(label)} ${style.colors.dim(id)}`,
    ...pathLines(path, style.width, ' '.repeat(12)).map((line) => style.colors.dim(line)),
  ];
}

/**
 * @param {number} shown
 * @param {number} all
 */
const shownOf = (shown, all) => (shown < all ? `  (${count(shown)} of ${count(all)})` : `  (${count(all)})`);

module.exports = { renderAnalysis, snapshotLines, shownOf, UNITS_NOTE };
