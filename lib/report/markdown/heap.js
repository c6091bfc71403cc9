// @ts-check
'use strict';

/**
 * What is in a heap, and what grew between two, in Markdown. Hints stand first: they are what somebody may have to do.
 */

const { docsUrl } = require('../docs-url');
const { count, percent, signedCount, signedSize, size } = require('../numbers');
const { HINTS_NOTE } = require('../words');
const { heading, table } = require('./document');
const { cell, code, prose } = require('./escape');
const { nodeCell, nodeCode, pathBlock } = require('./leaks');

const ROWS = 25;
const BIGGEST = 10;

/** @typedef {import('./document').Part} Part */

/**
 * @param {any} answer of analyze
 * @returns {{ parts: Part[], notes: Part[] }}
 */
function analysisParts(answer) {
  const { findings, statistics, classes, classCount, biggest } = answer;
  const total = statistics.total;
  const top = biggest.slice(0, BIGGEST);
  return {
    parts: [
      { text: `## A heap of ${size(total)}` },
      ...hintParts(findings),
      { text: compositionTable(statistics) },
      {
        text: rowsTable('Classes by retained size', classes, classCount, [
          { title: 'Class', left: true, value: ({ name }) => cell(name) },
          { title: 'Count', value: (row) => count(row.count) },
          { title: 'Shallow', value: (row) => size(row.selfSize) },
          { title: 'Retained', value: (row) => size(row.retainedSize) },
          { title: '% of heap', value: (row) => percent(row.retainedSize, total) },
        ]),
        counts: 'table',
      },
      { text: '### Biggest objects by retained size' },
      ...top.map((/** @type {any} */ entry) => ({ text: biggestText(entry), counts: 'object' })),
      ...packageParts(answer),
      ...duplicateParts(answer),
    ],
    notes: [],
  };
}

/**
 * @param {any[] | undefined} findings
 * @returns {Part[]}
 */
function hintParts(findings) {
  if (!findings) return [];
  if (findings.length === 0) return [{ text: 'No hints: nothing stands out that could be a leak.' }];
  return [
    { text: `### Hints: what to look at first\n\n${HINTS_NOTE}` },
    ...findings.map((hint, index) => ({ text: hintText(hint, index + 1), counts: 'hint' })),
  ];
}

/**
 * @param {any} hint
 * @param {number} number
 */
function hintText({ sentence, title, pattern, evidence, path, advice, docs }, number) {
  return [
    `#### ${number}. ${prose(sentence)}`,
    [
      `May be: ${prose(title)} (${code(pattern)})`,
      '',
      ...evidence.map((/** @type {string} */ text) => `- ${prose(text)}`),
    ].join('\n'),
    pathBlock(path),
    `**If so**: ${prose(advice, 2000)} [More on this kind of mistake](${docsUrl(docs)})`,
  ].join('\n\n');
}

/** @param {any} statistics as DevTools has them */
function compositionTable({ total, native, v8heap }) {
  /** @type {Array<[string, number]>} */
  const rows = [
    ['Heap in all', total],
    ['V8 heap', v8heap.total],
    ['V8 heap: strings', v8heap.strings],
    ['V8 heap: code', v8heap.code],
    ['V8 heap: JS arrays', v8heap.jsArrays],
    ['V8 heap: system', v8heap.system],
    ['Native', native.total],
    ['Native: typed arrays', native.typedArrays],
  ];
  return table(
    [
      { title: 'What', left: true, value: ([name]) => name },
      { title: 'Size', value: ([, bytes]) => size(bytes) },
      { title: '% of heap', value: ([, bytes]) => percent(bytes, total) },
    ],
    rows,
  );
}

/** @param {any} entry */
const biggestText = ({ node, retainedSize, path }) =>
  `**${size(retainedSize)}** ${nodeCode(node)}\n\n${pathBlock(path)}`;

/**
 * @param {any} answer
 * @returns {Part[]}
 */
function packageParts({ packages, packageCount, modules, moduleCount, statistics }) {
  if (!packages) return [];
  const columns = (/** @type {string} */ title) => [
    { title, left: true, value: (/** @type {any} */ row) => cell(row.name, 240) },
    { title: 'Count', value: (/** @type {any} */ row) => count(row.count) },
    { title: 'Shallow', value: (/** @type {any} */ row) => size(row.selfSize) },
    { title: '% of heap', value: (/** @type {any} */ row) => percent(row.selfSize, statistics.total) },
    { title: 'Retained', value: (/** @type {any} */ row) => size(row.retainedSize) },
  ];
  return [
    {
      text: rowsTable('Packages by retained size', packages, packageCount, columns('Package')),
      counts: 'table',
    },
    {
      text: rowsTable('Source files by retained size', modules, moduleCount, columns('File')),
      counts: 'table',
    },
  ];
}

/**
 * @param {any} answer
 * @returns {Part[]}
 */
function duplicateParts({ duplicateStrings, duplicateStringCount, duplicateStringBytes }) {
  if (!duplicateStrings) return [];
  const text = rowsTable('Equal strings by bytes wasted', duplicateStrings, duplicateStringCount, [
    {
      title: 'String',
      left: true,
      value: ({ value, probable }) =>
        cell(JSON.stringify(value)) + (probable ? ' (equal in all likelihood)' : ''),
    },
    { title: 'Count', value: (row) => count(row.count) },
    { title: 'Each', value: (row) => size(row.sizeBytes) },
    { title: 'Wasted', value: (row) => size(row.wastedBytes) },
    { title: 'Held by', left: true, value: ({ heldBy }) => cell(heldBy[0]?.name ?? '', 60) },
  ]);
  return [{ text: `${text}\n\nAll of them waste ${size(duplicateStringBytes)}.`, counts: 'table' }];
}

/**
 * @param {any} answer of compare
 * @returns {{ parts: Part[], notes: Part[] }}
 */
function comparisonParts({ totals, rows, rowCount, growth = [] }) {
  const held = growth.find((/** @type {any} */ row) => row.holder && row.path);
  /** @type {Part[]} */
  const parts = [
    { text: `## The heap changed by ${signedSize(totals.delta.selfSize)}` },
    { text: totalsTable(totals) },
  ];
  if (growth.length > 0) {
    parts.push({
      text: rowsTable('What grew, and who holds it', growth, growth.length, [
        { title: 'Class', left: true, value: ({ name }) => cell(name) },
        { title: 'Size ±', value: (row) => signedSize(row.sizeDelta) },
        { title: 'Of it held', value: (row) => (row.holder ? size(row.heldSize) : '') },
        {
          title: 'By',
          left: true,
          value: ({ holder }) => (holder ? nodeCell(holder) : 'no single object'),
        },
      ]),
      counts: 'table',
    });
  }
  if (held) parts.push({ text: `How ${nodeCode(held.holder)} is reached:\n\n${pathBlock(held.path)}` });
  const changes = rowsTable('Classes by growth', rows, rowCount, [
    { title: 'Class', left: true, value: ({ name }) => cell(name) },
    { title: 'Count +', value: (row) => count(row.addedCount) },
    { title: 'Count −', value: (row) => count(row.removedCount) },
    { title: 'Count ±', value: (row) => signedCount(row.countDelta) },
    { title: 'Size +', value: (row) => size(row.addedSize) },
    { title: 'Size −', value: (row) => size(row.removedSize) },
    { title: 'Size ±', value: (row) => signedSize(row.sizeDelta) },
  ]);
  parts.push({
    text: rowCount === 0 ? 'No class differs: no object was added or removed.' : changes,
    counts: 'table',
  });
  return { parts, notes: [] };
}

/** @param {any} totals */
function totalsTable({ base, target, delta }) {
  /** @type {Array<[string, string]>} */
  const rows = [
    ['Heap in all', 'selfSize'],
    ['V8 heap', 'v8Heap'],
    ['Native', 'native'],
  ];
  return table(
    [
      { title: 'What', left: true, value: ([name]) => name },
      { title: 'Base', value: ([, key]) => size(base[key]) },
      { title: 'Target', value: ([, key]) => size(target[key]) },
      { title: 'Delta', value: ([, key]) => signedSize(delta[key]) },
    ],
    rows,
  );
}

/**
 * @param {string} title
 * @param {any[]} rows
 * @param {number} all
 * @param {import('./document').Column[]} columns
 */
function rowsTable(title, rows, all, columns) {
  const shown = rows.slice(0, ROWS);
  return `${heading(title, shown.length, all)}\n\n${table(columns, shown)}`;
}

module.exports = { analysisParts, comparisonParts };
