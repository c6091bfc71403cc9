// @ts-check
'use strict';

/**
 * What an analysis says beside the usual: hints at what may leak, whose the bytes are, equal strings.
 */

const { HINTS_NOTE } = require('../../lib/report/words');
const { count, percent, size } = require('./numbers');
const { pathLines } = require('./path');
const { table } = require('./table');
const { clean, fit, padEnd, wrap } = require('./text');

/** Columns before what is said of a hint. */
const GUTTER = 15;

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 * @returns {string[]}
 */
function sectionLines(answer, style) {
  return [
    ...hintsLines(answer, style),
    ...packageLines(answer, style),
    ...mapLines(answer, style),
    ...duplicateLines(answer, style),
  ];
}

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 */
function hintsLines({ findings }, style) {
  if (!findings) return [];
  const { bold, dim } = style.colors;
  if (findings.length === 0) return ['', dim('No hints: nothing stands out that could be a leak.')];
  return [
    '',
    bold('Hints: what to look at first'),
    ...findings.flatMap((/** @type {any} */ hint, /** @type {number} */ index) =>
      hintLines(hint, index + 1, style),
    ),
    '',
    ...wrap(HINTS_NOTE, style.width).map((line) => dim(line)),
  ];
}

/**
 * @param {any} hint
 * @param {number} number
 * @param {import('./style').Style} style
 */
function hintLines({ sentence, title, pattern, evidence, path, advice, docs }, number, style) {
  const { bold, dim } = style.colors;
  const label = `${number}. `;
  const room = style.width - GUTTER;
  /** @type {Array<[string, string[]]>} */
  const parts = [
    ['May be', wrap(clean(`${title} (${pattern})`), room)],
    ['Evidence', evidence.flatMap((/** @type {string} */ line) => item(line, room))],
    ['Path', pathLines(path, room, '')],
    ['If so', wrap(clean(advice), room)],
    ['Docs', [clean(docs)]],
  ];
  return [
    '',
    ...wrap(clean(sentence), style.width - label.length).map(
      (line, index) => (index === 0 ? label : ' '.repeat(label.length)) + bold(line),
    ),
    '',
    ...parts.flatMap(([name, lines]) =>
      lines.map((line, index) => dim(padEnd(index === 0 ? `   ${name}` : '', GUTTER)) + line),
    ),
  ];
}

/**
 * A line of evidence, hanging from its dash when it is long.
 * @param {string} text
 * @param {number} columns
 */
const item = (text, columns) =>
  wrap(clean(text), columns - 2).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`));

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 */
function packageLines({ packages, packageCount, modules, moduleCount, statistics }, style) {
  if (!packages) return [];
  const columns = (/** @type {string} */ title) => [
    { title, name: true, value: (/** @type {any} */ row) => row.name },
    { title: 'COUNT', value: (/** @type {any} */ row) => count(row.count) },
    { title: 'SHALLOW', value: (/** @type {any} */ row) => size(row.selfSize) },
    // An answer to nothing but this question has no sum to compare with.
    ...(statistics
      ? [
          {
            title: '% HEAP',
            optional: true,
            value: (/** @type {any} */ row) => percent(row.selfSize, statistics.total),
          },
        ]
      : []),
    { title: 'RETAINED', value: (/** @type {any} */ row) => size(row.retainedSize) },
  ];
  return [
    ...heading('Packages by retained size', packages.length, packageCount, style),
    ...table(columns('PACKAGE'), packages, style),
    ...heading('Source files by retained size', modules.length, moduleCount, style),
    ...table(columns('FILE'), modules, style),
  ];
}

/** Holders of the map that are shown; a page shows all of it. */
const HOLDERS = 12;

/**
 * Of the memory map what is biggest: on a terminal, a list of holders says more than boxes.
 * @param {any} answer
 * @param {import('./style').Style} style
 */
function mapLines({ map, statistics }, style) {
  if (!map) return [];
  const boxes = (/** @type {any} */ box) => box.children ?? [];
  const holders = boxes(map)
    .flatMap(boxes)
    .flatMap((/** @type {any} */ file) =>
      boxes(file).flatMap((/** @type {any} */ of) =>
        boxes(of).map((/** @type {any} */ holder) => ({ ...holder, class: of.name, file: file.name })),
      ),
    )
    .filter((/** @type {any} */ holder) => holder.id !== undefined)
    .sort((/** @type {any} */ a, /** @type {any} */ b) => b.size - a.size);
  const columns = [
    {
      title: 'HOLDER',
      name: true,
      value: (/** @type {any} */ row) => `${row.name || row.class} @${row.id}`,
    },
    { title: 'CLASS', left: true, value: (/** @type {any} */ row) => fit(clean(row.class), 16) },
    { title: 'FILE', left: true, optional: true, value: (/** @type {any} */ row) => fileEnd(row.file) },
    { title: 'BYTES', value: (/** @type {any} */ row) => size(row.size) },
    {
      title: '% HEAP',
      optional: true,
      value: (/** @type {any} */ row) => percent(row.size, statistics.total),
    },
  ];
  return [
    ...heading('What the bytes hang on', Math.min(HOLDERS, holders.length), holders.length, style),
    ...table(columns, holders.slice(0, HOLDERS), style),
  ];
}

/** The last parts of a path: what tells it from others. @param {string} file */
const fileEnd = (file) => file.split(/[\\/]/).slice(-2).join('/');

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 */
function duplicateLines({ duplicateStrings, duplicateStringCount, duplicateStringBytes }, style) {
  if (!duplicateStrings) return [];
  const columns = [
    {
      title: 'STRING',
      name: true,
      value: (/** @type {any} */ row) =>
        JSON.stringify(row.value) + (row.probable ? ' (equal in all likelihood)' : ''),
    },
    { title: 'COUNT', value: (/** @type {any} */ row) => count(row.count) },
    { title: 'EACH', value: (/** @type {any} */ row) => size(row.sizeBytes) },
    { title: 'WASTED', value: (/** @type {any} */ row) => size(row.wastedBytes) },
    {
      title: 'HELD BY',
      left: true,
      optional: true,
      value: (/** @type {any} */ row) => fit(clean(row.heldBy[0]?.name ?? ''), 24),
    },
  ];
  return [
    ...heading('Equal strings by bytes wasted', duplicateStrings.length, duplicateStringCount, style),
    ...table(columns, duplicateStrings, style),
    '',
    style.colors.dim(`All of them waste ${size(duplicateStringBytes)}.`),
  ];
}

/**
 * @param {string} title
 * @param {number} shown
 * @param {number} all
 * @param {import('./style').Style} style
 */
function heading(title, shown, all, { colors }) {
  const of = shown < all ? `${count(shown)} of ${count(all)}` : count(all);
  return ['', colors.bold(title) + colors.dim(`  (${of})`), ''];
}

module.exports = { sectionLines };
