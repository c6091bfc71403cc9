// @ts-check
'use strict';

/**
 * What leaks, in Markdown: the verdict, a section for each finding, what else there is to know.
 */

const { relativeFiles } = require('../../places');
const { docsUrl } = require('../docs-url');
const { count, counted, signedSize, size } = require('../numbers');
const { fixedWords, gradeWords, headline, hopWords, placeWords } = require('../words');
const { cell, code, hopsBlock, line, prose } = require('./escape');
const { heading, table } = require('./document');

/** Findings with all that is known of them; those that follow get a line each. */
const WHOLE = 10;
const LINES = 50;
const GROUPS = 25;
/** Of each list within a finding. */
const ITEMS = 20;

/**
 * @param {any} answer of findLeaks
 * @returns {{ parts: import('./document').Part[], notes: import('./document').Part[] }}
 */
function leaksParts(answer) {
  const { findings, resident, groups, noise, conclusive, warnings = [], fixed = [] } = answer;
  /** @type {import('./document').Part[]} */
  const parts = [{ text: `## ${prose(headline(answer))}` }];
  if (conclusive !== false)
    parts.push(
      ...warnings.map((/** @type {string} */ text) => ({
        text: `Warning: ${prose(text)}`,
        counts: 'warning',
      })),
    );
  if (resident?.verdict === 'outside-heap') parts.push({ text: `**${prose(resident.sentence)}**` });
  for (const [index, finding] of findings.slice(0, WHOLE).entries()) {
    const [text, shorter] = [wholeFinding, lineOf].map((write) => write(finding, index + 1));
    parts.push({ text, shorter, counts: 'finding' });
  }
  const further = findings.slice(WHOLE, WHOLE + LINES);
  if (further.length > 0) parts.push({ text: '### Further findings' });
  for (const [index, finding] of further.entries())
    parts.push({ text: lineOf(finding, WHOLE + index + 1), counts: 'finding' });
  const left = findings.length - WHOLE - further.length;
  if (left > 0) parts.push({ text: `${counted(left, 'more finding')} not told here.` });
  if (groups) parts.push({ text: groupsTable(groups) });
  const notes = [
    ...fixed.slice(0, ITEMS).map((/** @type {any} */ leak) => `Fixed: ${prose(fixedWords(leak))}`),
    ...(fixed.length > ITEMS ? [`${count(fixed.length - ITEMS)} more are fixed.`] : []),
  ];
  if (findings.length > 0)
    notes.push(`Besides: ${counted(noise.count, 'new object')} (${size(noise.bytes)}) of no finding.`);
  return { parts, notes: notes.map((text) => ({ text, counts: 'note' })) };
}

/**
 * @param {any} finding
 * @param {number} number
 */
function wholeFinding(finding, number) {
  const { evidence, path, advice, docs } = finding;
  const items = evidence.slice(0, ITEMS).map((/** @type {string} */ text) => `- ${prose(text)}`);
  if (evidence.length > ITEMS) items.push(`- ${count(evidence.length - ITEMS)} more`);
  return [
    `### ${number}. ${prose(finding.sentence)}`,
    factsList(finding),
    growthTable(finding),
    ['**Evidence**', '', ...items].join('\n'),
    ...(path.length > 0 ? [`**Path** from the root to the holder\n\n${pathBlock(path)}`] : []),
    `**What to do**: ${prose(advice, 2000)} [More on this kind of mistake](${docsUrl(docs)})`,
  ].join('\n\n');
}

/**
 * Who, where, what.
 * @param {any} finding
 */
function factsList(finding) {
  const { title, pattern, holder, addedIn, allocatedIn, samples, fingerprint } = finding;
  const place = (/** @type {any} */ at) => (at ? code(relativeFiles(placeWords(at), process.cwd())) : '');
  const several = holder.count === undefined ? '' : `${count(holder.count)} of a kind, one of them `;
  const variable = holder.variable ? `${code(holder.variable, 120)}, ` : '';
  /** @type {Array<[string, string]>} */
  const facts = [
    ['Grade', prose(gradeWords(finding))],
    ['Kind', `${prose(title)} (${code(pattern)})`],
    ['Holder', several + variable + nodeCode({ ...holder, name: holder.class })],
    ['Declared in', place(holder.place)],
    ['Added in', place(addedIn?.place)],
    ['Made in', place(allocatedIn?.place)],
    ['Newest', samples.slice(0, 5).map(nodeCode).join(', ')],
    ['Accept as', code(fingerprint)],
  ];
  return facts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `- **${name}**: ${value}`)
    .join('\n');
}

/**
 * How it grew, from snapshot to snapshot.
 * @param {any} finding
 */
function growthTable({ entries, bytes }) {
  const rows = entries.perSnapshot.map((/** @type {number} */ n, /** @type {number} */ at) => ({ at, n }));
  return table(
    [
      { title: 'Snapshot', value: ({ at }) => count(at + 1) },
      { title: 'There were', value: ({ n }) => count(n) },
      { title: 'Came', value: ({ at }) => (at === 0 ? '' : count(entries.perInterval[at - 1] ?? 0)) },
      {
        title: 'Bytes that stayed',
        value: ({ at }) => (at === 0 ? '' : signedSize(bytes.perInterval[at - 1] ?? 0)),
      },
    ],
    rows.length > ITEMS ? [...rows.slice(0, ITEMS / 2), ...rows.slice(-ITEMS / 2)] : rows,
  );
}

/** @param {any[]} path */
const pathBlock = (path) => hopsBlock(hopWords(path));

/**
 * @param {any} finding
 * @param {number} number
 */
const lineOf = (finding, number) =>
  `${number}. ${prose(finding.sentence, 400)} (${finding.grade}, ${code(finding.fingerprint)})`;

/** @param {any[]} groups */
function groupsTable(groups) {
  const shown = groups.slice(0, GROUPS);
  return [
    heading('All new objects, by class', shown.length, groups.length),
    table(
      [
        { title: 'Class', left: true, value: ({ name }) => cell(name) },
        { title: 'Count +', value: (row) => count(row.addedCount) },
        { title: 'Size +', value: (row) => size(row.addedSize) },
        { title: 'Held by', left: true, value: ({ holder }) => (holder ? nodeCell(holder) : '') },
      ],
      shown,
    ),
  ].join('\n\n');
}

/** @param {any} node */
const nodeWords = (node) => `${line(node.name || node.class, 60)} @${node.id}`;

/** @param {any} node */
const nodeCode = (node) => code(nodeWords(node));

/** @param {any} node */
const nodeCell = (node) => cell(nodeWords(node));

module.exports = { leaksParts, nodeCell, nodeCode, pathBlock };
