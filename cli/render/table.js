// @ts-check
'use strict';

/**
 * Tables that fit the terminal: numbers right-aligned, one column of names that takes what is left, and
 * columns that step back when the terminal is narrow.
 */

const { clean, fit, padEnd, padStart, width } = require('./text');

const GAP = '  ';

/** Below this a name says too little; then optional columns go first. */
const NAME_MINIMUM = 24;

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {(row: any) => string} value
 * @property {boolean} [name] the column of names: left-aligned, cut to fit; exactly one per table
 * @property {boolean} [left] left-aligned as well, and shown whole
 * @property {boolean} [optional] left out when the names would become too short
 * @property {(text: string, row: any) => string} [paint] colours the padded cell
 */

/**
 * @param {Column[]} columns
 * @param {any[]} rows
 * @param {import('./style').Style} style
 * @returns {string[]} lines
 */
function table(columns, rows, style) {
  const cells = new Map(columns.map((column) => [column, rows.map((row) => clean(column.value(row)))]));
  const widths = new Map();
  for (const [column, texts] of cells) {
    widths.set(
      column,
      texts.reduce((widest, text) => Math.max(widest, width(text)), column.title.length),
    );
  }
  const shown = fitColumns(columns, widths, style.width);
  const header = shown.map((column) => align(column, column.title, widths)).join(GAP);
  const lines = [style.colors.bold(header.trimEnd())];
  for (const [index, row] of rows.entries()) {
    const line = shown.map((column) => {
      const text = align(column, /** @type {string[]} */ (cells.get(column))[index], widths);
      return column.paint ? column.paint(text, row) : text;
    });
    lines.push(line.join(GAP).trimEnd());
  }
  return lines;
}

/**
 * Drops optional columns, last first, until the names have room; then sets the width of the names.
 * @param {Column[]} columns
 * @param {Map<Column, number>} widths
 * @param {number} total
 */
function fitColumns(columns, widths, total) {
  const name = columns.find((column) => column.name);
  let shown = columns;
  if (!name) return shown;
  const roomForName = () =>
    shown.reduce(
      (room, column) => (column === name ? room : room - GAP.length - (widths.get(column) ?? 0)),
      total,
    );
  const wanted = Math.min(NAME_MINIMUM, widths.get(name) ?? 0);
  while (roomForName() < wanted && shown.some((column) => column.optional)) {
    const last = shown.findLastIndex((column) => column.optional);
    shown = shown.filter((_, index) => index !== last);
  }
  widths.set(name, Math.min(widths.get(name) ?? 0, Math.max(8, roomForName())));
  return shown;
}

/**
 * @param {Column} column
 * @param {string} text
 * @param {Map<Column, number>} widths
 */
function align(column, text, widths) {
  const columns = widths.get(column) ?? 0;
  return column.name || column.left ? padEnd(fit(text, columns), columns) : padStart(text, columns);
}

module.exports = { table };
