// @ts-check
'use strict';

/**
 * The answer of `find-leaks` as a person reads it: the verdict, then a screen for each finding, which opens with
 * the sentence that says it all.
 */

const { relativeFiles } = require('../../lib/places');
const { fixedWords, gradeWords, headline, placeWords, UNITS_NOTE } = require('../../lib/report/words');
const { count, counted, size } = require('./numbers');
const { pathLines } = require('./path');
const { table } = require('./table');
const { clean, fit, padEnd, wrap } = require('./text');

/** Columns before what is said of a finding. */
const GUTTER = 15;

/**
 * @typedef {object} Told what the answer itself does not say
 * @property {boolean} [conclusive] whether the snapshots allow a verdict
 * @property {string} [note] how their order came about
 * @property {{ file: string, added: number, removed: number } | null} [updated] the file of accepted leaks
 * @property {number} [top] findings to show
 * @property {number} [groups] rows of --trace-all-objects to show
 */

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 * @param {Told} [told]
 * @returns {string}
 */
function renderLeaks(
  answer,
  style,
  { conclusive = true, note, updated, top = Infinity, groups = Infinity } = {},
) {
  const shown = answer.findings.slice(0, top);
  const left = answer.findings.length - shown.length;
  const lines = [
    ...verdictLines(answer, style, conclusive),
    ...residentLines(answer, style),
    ...shown.flatMap((/** @type {any} */ finding, /** @type {number} */ index) =>
      findingLines(finding, index + 1, style),
    ),
    ...(left > 0 ? ['', `${counted(left, 'more finding')}; --top shows more.`] : []),
    ...groupLines(answer.groups, groups, style),
    ...endLines(answer, style, { conclusive, note, updated }),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 * @param {boolean} conclusive
 */
function verdictLines(answer, { colors, width }, conclusive) {
  const { verdict } = answer;
  const sure = verdict === 'clean' ? colors.green : verdict === 'growth' ? colors.yellow : colors.red;
  const paint = conclusive ? sure : colors.yellow;
  return wrap(`${clean(headline(answer))}.`, width).map((line) => colors.bold(paint(line)));
}

/**
 * What grows outside of the heap is a verdict of its own: no finding can tell it.
 * @param {any} answer
 * @param {import('./style').Style} style
 */
function residentLines({ resident }, { colors, width }) {
  if (resident?.verdict !== 'outside-heap') return [];
  return wrap(clean(resident.sentence), width).map((line) => colors.bold(colors.yellow(line)));
}

/**
 * @param {any} finding
 * @param {number} number
 * @param {import('./style').Style} style
 */
function findingLines(finding, number, style) {
  const { bold, dim } = style.colors;
  const { title, pattern, evidence, path, samples, advice, docs, fingerprint } = finding;
  const origin = finding.allocatedIn?.place;
  const room = style.width - GUTTER;
  const label = `${number}. `;
  const sentence = wrap(clean(finding.sentence), style.width - label.length);
  /** @type {Array<[string, string[]]>} */
  const parts = [
    ['Grade', wrap(clean(gradeWords(finding)), room)],
    ['Kind', wrap(clean(`${title} (${pattern})`), room)],
    ['Evidence', evidence.flatMap((/** @type {string} */ line) => item(line, room))],
    ['Made in', origin ? wrap(clean(relativeFiles(placeWords(origin), process.cwd())), room) : []],
    ['Path', pathLines(path, room, '')],
    ['Samples', samples.length > 0 ? wrap(samples.map(sampleText).join(', '), room) : []],
    ['Advice', wrap(clean(advice), room)],
    ['Docs', [clean(docs)]],
    ['Accept as', [clean(fingerprint)]],
  ];
  return [
    '',
    ...sentence.map((line, index) => (index === 0 ? label : ' '.repeat(label.length)) + bold(line)),
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

/** @param {any} node */
const sampleText = (node) => `${fit(clean(node.name || node.class), 40)} @${node.id}`;

/**
 * @param {any[] | undefined} groups
 * @param {number} most
 * @param {import('./style').Style} style
 */
function groupLines(groups, most, style) {
  if (!groups) return [];
  const shown = groups.slice(0, most);
  const columns = [
    { title: 'CLASS', name: true, value: (/** @type {any} */ row) => row.name },
    { title: 'COUNT +', value: (/** @type {any} */ row) => count(row.addedCount) },
    { title: 'SIZE +', value: (/** @type {any} */ row) => size(row.addedSize) },
    {
      title: 'HELD BY',
      left: true,
      optional: true,
      value: (/** @type {any} */ row) => holderText(row.holder),
    },
  ];
  return [
    '',
    style.colors.bold('All new objects, by class') +
      style.colors.dim(`  (${count(shown.length)} of ${count(groups.length)})`),
    '',
    ...table(columns, shown, style),
    '',
    style.colors.dim(UNITS_NOTE),
  ];
}

/** @param {any} holder */
const holderText = (holder) => (holder ? `${fit(clean(holder.name || holder.class), 20)} @${holder.id}` : '');

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 * @param {Told} told
 */
function endLines(
  { findings, warnings = [], noise, fixed = [] },
  { colors, width },
  { conclusive, note, updated },
) {
  /** @type {string[]} */
  const texts = [];
  if (conclusive) texts.push(...warnings.map((/** @type {string} */ text) => `Warning: ${text}`));
  texts.push(...fixed.map((/** @type {any} */ leak) => `Fixed: ${fixedWords(leak)}`));
  if (updated) {
    const { file, added, removed } = updated;
    texts.push(`${file} is written: ${count(added)} added, ${count(removed)} removed.`);
  }
  if (note) texts.push(note);
  if (findings.length > 0) {
    texts.push(`Besides: ${counted(noise.count, 'new object')} (${size(noise.bytes)}) of no finding.`);
  }
  const lines = texts.flatMap((text) => wrap(clean(text), width));
  return lines.length > 0 ? ['', ...lines.map((line) => colors.dim(line))] : [];
}

module.exports = { renderLeaks };
