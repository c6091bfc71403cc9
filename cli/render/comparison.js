// @ts-check
'use strict';

/**
 * The answer of `compare` as a person reads it: how the whole changed, which classes did, and who holds what
 * was added.
 */

const { shownOf, snapshotLines, UNITS_NOTE } = require('./analysis');
const { count, counted, signedCount, signedSize, size } = require('./numbers');
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
      { title: 'COUNT +', value: (row) => count(row.addedCount) },
      { title: 'COUNT −', value: (row) => count(row.removedCount) },
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
 * @param {any[] | undefined} growth absent when it was not asked for
 * @param {import('./style').Style} style
 */
function growthSection(growth, style) {
  if (!growth?.length) return [];
  return [
    '',
    style.colors.bold('What grew, and who holds it'),
    '',
    ...growth.flatMap((row) => growthLines(row, style)),
  ];
}

/**
 * Two lines for one class: by how much it grew, and the nearest object that was there before and keeps most of
 * what was added.
 * @param {any} row
 * @param {import('./style').Style} style
 */
function growthLines({ name, countDelta, sizeDelta, holder, heldCount, heldSize }, style) {
  const grew = `${signedSize(sizeDelta)} in ${counted(Math.abs(countDelta), 'object')}`;
  const title = fit(clean(name), style.width - grew.length - 4);
  const held = holder
    ? `${counted(heldCount, 'object')} (${size(heldSize)}) held by ${clean(holder.name || holder.class)}`
    : 'no single object from before holds them';
  const id = holder ? ` @${holder.id}` : '';
  return [
    `  ${style.colors.bold(title)}  ${grew}`,
    `    ${fit(held, style.width - 4 - id.length)}${style.colors.dim(id)}`,
  ];
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

module.exports = { renderComparison, growthLines, changeTable };
