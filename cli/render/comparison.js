// @ts-check
'use strict';

/**
 * The answer of `compare` as a person reads it: how the whole changed, which classes did, and who holds what
 * was added.
 */

const { UNITS_NOTE } = require('../../lib/report/words');
const { shownOf, snapshotLines } = require('./analysis');
const { count, signedCount, signedSize, size } = require('./numbers');
const { pathLines } = require('./path');
const { table } = require('./table');
const { clean, fit } = require('./text');

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 * @returns {string}
 */
function renderComparison(answer, style) {
  const { bold, dim } = style.colors;
  const [base, target] = answer.snapshots;
  return [
    ...snapshotLines('base    ', base, style),
    ...snapshotLines('target  ', target, style),
    '',
    ...totalsTable(answer.totals, style),
    '',
    ...(answer.rowCount === 0
      ? ['No class differs: no object was added or removed.']
      : [
          bold('Classes by growth') + dim(shownOf(answer.rows.length, answer.rowCount)),
          '',
          ...changeTable(answer.rows, style),
        ]),
    ...growthSection(answer.growth, style),
    '',
    dim(UNITS_NOTE),
    '',
  ].join('\n');
}

/**
 * @param {any} totals
 * @param {import('./style').Style} style
 */
function totalsTable({ base, target, delta }, style) {
  const rows = [
    { label: 'Heap in all', key: 'selfSize' },
    { label: '  V8 heap', key: 'v8Heap' },
    { label: '  Native', key: 'native' },
  ];
  return table(
    [
      { title: '', name: true, value: (row) => row.label },
      { title: 'BASE', value: (row) => size(base[row.key]) },
      { title: 'TARGET', value: (row) => size(target[row.key]) },
      {
        title: 'DELTA',
        value: (row) => signedSize(delta[row.key]),
        paint: (text, row) => paintDelta(text, delta[row.key], style),
      },
    ],
    rows,
    style,
  );
}

/**
 * @param {any[]} rows
 * @param {import('./style').Style} style
 */
function changeTable(rows, style) {
  const paint = (/** @type {string} */ text, /** @type {any} */ row) =>
    paintDelta(text, row.sizeDelta, style);
  return table(
    [
      { title: 'CLASS', name: true, value: (row) => row.name },
      { title: 'COUNT +', optional: true, value: (row) => count(row.addedCount) },
      { title: 'COUNT −', optional: true, value: (row) => count(row.removedCount) },
      { title: 'COUNT ±', value: (row) => signedCount(row.countDelta) },
      { title: 'SIZE +', optional: true, value: (row) => size(row.addedSize) },
      { title: 'SIZE −', optional: true, value: (row) => size(row.removedSize) },
      { title: 'SIZE ±', value: (row) => signedSize(row.sizeDelta), paint },
    ],
    rows,
    style,
  );
}

/**
 * By how much the classes grew, and the nearest object for each that was there before and keeps most of what was
 * added.
 * @param {any[] | undefined} growth absent when it was not asked for
 * @param {import('./style').Style} style
 */
function growthSection(growth, style) {
  if (!growth?.length) return [];
  const columns = [
    { title: 'CLASS', name: true, value: (/** @type {any} */ row) => row.name },
    { title: 'SIZE ±', value: (/** @type {any} */ row) => signedSize(row.sizeDelta) },
    {
      title: 'OF IT HELD',
      optional: true,
      value: (/** @type {any} */ row) => (row.holder ? size(row.heldSize) : ''),
    },
    { title: 'BY', left: true, value: (/** @type {any} */ row) => holderText(row.holder) },
  ];
  return [
    '',
    style.colors.bold('What grew, and who holds it'),
    '',
    ...table(columns, growth, style),
    ...wayToHolder(growth, style),
  ];
}

/**
 * How the holder of the biggest growth is reached: its last hop is the name by which the source knows it.
 * @param {any[]} growth
 * @param {import('./style').Style} style
 */
function wayToHolder(growth, style) {
  const held = growth.find((row) => row.holder);
  if (!held?.path) return [];
  return ['', `How ${holderText(held.holder)} is reached:`, ...pathLines(held.path, style.width, '  ')];
}

/** So much of a holder's name that the classes keep their room on 80 columns. */
const HOLDER_COLUMNS = 20;

/**
 * @param {any} holder
 * @returns {string}
 */
function holderText(holder) {
  if (!holder) return 'no single object';
  return `${fit(clean(holder.name || holder.class), HOLDER_COLUMNS)} @${holder.id}`;
}

/**
 * @param {string} text
 * @param {number} delta
 * @param {import('./style').Style} style
 */
function paintDelta(text, delta, { colors }) {
  if (delta === 0) return text;
  return delta > 0 ? colors.red(text) : colors.green(text);
}

module.exports = { renderComparison };
