// @ts-check
'use strict';

/**
 * The answers of `query` as text: a line that says it all, then the tables.
 */

const { count, size } = require('./numbers');
const { sectionLines } = require('./sections');
const { table } = require('./table');
const { clean, fit, wrap } = require('./text');

/** @typedef {import('./style').Style} Style */

/**
 * @param {any} answer
 * @param {Style} style
 * @returns {string}
 */
function renderQuery(answer, style) {
  return `${linesOf(answer, style).join('\n').replace(/^\n+/, '')}\n`;
}

/**
 * @param {any} answer
 * @param {Style} style
 * @returns {string[]}
 */
function linesOf(answer, style) {
  switch (answer.question) {
    case 'duplicates':
    case 'packages':
      return sectionLines(answer, style);
    case 'collections':
      return collectionLines(answer, style);
    case 'waste':
      return wasteLines(answer, style);
    case 'captures':
      return captureLines(answer, style);
    default:
      return objectLines(answer, style);
  }
}

/** @type {import('./table').Column[]} */
const OBJECT_COLUMNS = [
  { title: 'OBJECT', name: true, value: ({ name, type }) => name || `(${type})` },
  { title: 'ID', value: ({ id }) => `@${id}` },
  { title: 'CLASS', left: true, optional: true, value: (row) => fit(clean(row.class), 24) },
  { title: 'SHALLOW', value: ({ selfSize }) => size(selfSize) },
  { title: 'RETAINED', value: ({ retainedSize }) => size(retainedSize) },
];

/** Of objects that are ordered by them. @type {import('./table').Column} */
const REFERENCES = { title: 'REFERENCES', value: ({ references }) => count(references) };

/** Of rows in which the object is one thing among others. */
const IN_ROW = OBJECT_COLUMNS.filter(({ title }) => title === 'ID' || title === 'RETAINED').map((column) => ({
  ...column,
  value: (/** @type {any} */ { node }) => column.value(node),
}));

/**
 * @param {any} answer
 * @param {Style} style
 */
function objectLines(
  { count: total, selfSize, retainedSize, classes, classCount, objects, question },
  style,
) {
  const what = question === 'objects' ? 'pass' : 'live because of that alone';
  const sum = `${count(total)} ${total === 1 ? 'object' : 'objects'} ${what}: ${size(selfSize)} of their own, ${size(retainedSize)} with all they keep.`;
  if (total === 0) return [sum];
  /** @type {import('./table').Column[]} */
  const columns = [
    { title: 'CLASS', name: true, value: ({ name }) => name },
    { title: 'COUNT', value: (row) => count(row.count) },
    { title: 'SHALLOW', value: (row) => size(row.selfSize) },
  ];
  return [
    ...wrap(sum, style.width),
    ...section('By class', classes, classCount, columns, style),
    ...(objects[0]?.references === undefined
      ? section('Biggest', objects, total, OBJECT_COLUMNS, style)
      : section('With most references', objects, total, [...OBJECT_COLUMNS, REFERENCES], style)),
  ];
}

/**
 * @param {any} answer
 * @param {Style} style
 */
function collectionLines({ count: total, collections }, style) {
  if (total === 0) return ['No collection has 100 entries.'];
  /** @type {import('./table').Column[]} */
  const columns = [
    { title: 'HELD BY', name: true, value: ({ heldBy, node }) => heldBy ?? node.name },
    { title: 'KIND', left: true, value: ({ node }) => fit(clean(node.class), 16) },
    { title: 'ENTRIES', value: (row) => count(row.entries) },
    { title: 'SLOTS', optional: true, value: (row) => count(row.slots) },
    ...IN_ROW,
  ];
  return [
    ...section('Collections with most entries', collections, total, columns, style),
    '',
    ...wrap(
      'Numbers are no entries that a snapshot shows; of arrays the slots tell how many there may be.',
      style.width,
    ).map((line) => style.colors.dim(line)),
  ];
}

/**
 * @param {any} answer
 * @param {Style} style
 */
function wasteLines({ empty, emptyCount, emptyBytes, sparse, sparseCount, sparseBytes }, style) {
  const sum = `${count(emptyCount)} empty collections take ${size(emptyBytes)}; ${count(sparseCount)} sparse arrays have up to ${size(sparseBytes)} of room for nothing.`;
  /** @type {import('./table').Column[]} */
  const emptyColumns = [
    { title: 'HELD BY', name: true, value: ({ heldBy }) => heldBy ?? '(only V8)' },
    { title: 'KIND', left: true, value: ({ kind }) => kind },
    { title: 'COUNT', value: (row) => count(row.count) },
    { title: 'BYTES', value: (row) => size(row.bytes) },
  ];
  /** @type {import('./table').Column[]} */
  const sparseColumns = [
    { title: 'HELD BY', name: true, value: ({ heldBy, node }) => heldBy ?? node.name },
    { title: 'ENTRIES', value: (row) => count(row.entries) },
    { title: 'SLOTS', value: (row) => count(row.slots) },
    { title: 'WASTED', value: (row) => size(row.wastedBytes) },
    ...IN_ROW,
  ];
  return [
    ...wrap(sum, style.width),
    ...section('Empty collections by place', empty, empty.length, emptyColumns, style),
    ...section('Sparse arrays', sparse, sparseCount, sparseColumns, style),
  ];
}

/**
 * @param {any} answer
 * @param {Style} style
 */
function captureLines({ captures, captureCount, captureBytes, unknownCount }, style) {
  const found =
    captureCount === 0
      ? 'No variable was found that closures keep and no living one reads.'
      : `${count(captureCount)} ${captureCount === 1 ? 'variable is' : 'variables are'} kept by closures of which none reads ${captureCount === 1 ? 'it' : 'them'}: ${size(captureBytes)}.`;
  const blind =
    unknownCount === 0
      ? ''
      : ` Of ${count(unknownCount)} ${unknownCount === 1 ? 'scope' : 'scopes'} nothing can be said: the text of a function is not at hand, or one runs.`;
  /** @type {import('./table').Column[]} */
  const columns = [
    { title: 'VARIABLE', name: true, value: ({ variable }) => variable },
    { title: 'KEPT BY', left: true, value: (row) => fit(clean(placeOf(row.closures[0])), 40) },
    { title: 'CLOSURES', optional: true, value: (row) => count(row.closureCount) },
    { title: 'KNOWN', left: true, value: ({ grade, readersFrom }) => `${grade}, ${SAID_BY[readersFrom]}` },
    ...IN_ROW,
  ];
  return [
    ...wrap(found + blind, style.width),
    ...section('Variables by retained size', captures, captureCount, columns, style),
  ];
}

/** Who says that nobody reads a variable. @type {Record<string, string>} */
const SAID_BY = {
  'scope-tables': "V8's tables",
  'script-text': "the script's text",
  'source-files': 'source files',
};

/** @param {any} closure */
function placeOf({ name, place }) {
  const file = place?.file.replace(/^.*[\\/]/, '') ?? '';
  return `${name || '(anonymous)'} ${place?.line ? `${file}:${place.line}` : file}`.trim();
}

/**
 * @param {string} title
 * @param {any[]} rows
 * @param {number} all
 * @param {import('./table').Column[]} columns
 * @param {Style} style
 */
function section(title, rows, all, columns, style) {
  if (rows.length === 0) return [];
  const of = rows.length < all ? `${count(rows.length)} of ${count(all)}` : count(all);
  return ['', style.colors.bold(title) + style.colors.dim(`  (${of})`), '', ...table(columns, rows, style)];
}

module.exports = { renderQuery };
