// @ts-check
'use strict';

/**
 * What is said of a leak answer in the same words wherever it is told: on a terminal, in a report, in an error.
 */

const { count, counted } = require('./numbers');

/** What each grade means, the surest first. */
const GRADES = {
  leak: 'grew in every interval under load, and what came stayed',
  likely: 'grew strongly, or did not come back in a rest',
  growth: 'grew, and may be a cache that fills to its bound',
  drained: 'grew and came back',
};

const VERDICTS = {
  leak: 'Leak',
  likely: 'Probably a leak',
  growth: 'Growth, no proof of a leak',
  clean: 'Clean',
};

/**
 * @param {any} answer of findLeaks
 * @returns {string} `Leak: 1 leak, 2 growth over 3 snapshots`; why there is none where the snapshots allow no verdict
 */
function headline({ verdict, conclusive, findings, snapshots, warnings = [] }) {
  if (conclusive === false) return `No verdict: ${warnings.join('; ')}`;
  const fresh = findings.filter((/** @type {any} */ finding) => finding.status !== 'known');
  const known = findings.length - fresh.length;
  const counts = Object.keys(GRADES)
    .map((grade) => ({ grade, n: fresh.filter((/** @type {any} */ f) => f.grade === grade).length }))
    .filter(({ n }) => n > 0)
    .map(({ grade, n }) => (grade === 'leak' ? counted(n, 'leak') : `${count(n)} ${grade}`));
  if (known > 0) counts.push(`${count(known)} known`);
  const what = counts.length > 0 ? counts.join(', ') : 'nothing leaks';
  const word = VERDICTS[/** @type {keyof typeof VERDICTS} */ (verdict)];
  return `${word}: ${what} over ${count(snapshots.length)} snapshots`;
}

/** @param {any} finding */
function gradeWords({ grade, status }) {
  const known = status === 'known' ? ', known and accepted' : '';
  return `${grade}${known}: ${GRADES[/** @type {keyof typeof GRADES} */ (grade)] ?? ''}`;
}

/**
 * `login /app/s.js:15:3`
 * @param {any} place
 */
const placeWords = ({ file, line, column, function: name }) =>
  `${name ? `${name} ` : ''}${[file, line, column].filter((part) => part !== undefined).join(':')}`;

/** A path may be as long as a linked list; its two ends say where it comes from and what it leads to. */
const LONGEST_PATH = 14;

/**
 * The hops of a path in words. The first one leaves the root, over an edge that has only a number: there the object's
 * own name says more.
 * @param {Array<{ node: { name: string }, text: string }>} hops
 * @returns {string[]} not cleaned
 */
function hopWords(hops) {
  const texts = hops.map(({ node, text }, index) => (index === 0 && node.name) || text);
  if (texts.length > LONGEST_PATH) {
    const left = texts.length - LONGEST_PATH;
    texts.splice(LONGEST_PATH / 2, left, `… ${left} more …`);
  }
  return texts;
}

/** @param {any} leak an accepted one that was not found any more */
function fixedWords({ fingerprint, sentence }) {
  return `${fingerprint}${sentence ? ` (${sentence})` : ''} is accepted and was not found any more.`;
}

const UNITS_NOTE = 'Sizes are decimal: 1 MB = 1,000,000 bytes.';

const HINTS_NOTE =
  'One snapshot shows what there is and not what grows. A second one, taken after load, tells: find-leaks.';

module.exports = { headline, gradeWords, placeWords, hopWords, fixedWords, UNITS_NOTE, HINTS_NOTE };
