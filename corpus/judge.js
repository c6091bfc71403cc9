// @ts-check
// Holds an answer of the leak finder against the truth about an app. Holder, pattern and file are judged apart, so
// that the table tells what is missing where something is.
'use strict';

const path = require('node:path');

/**
 * @typedef {object} Finding the part of answers that is judged
 * @property {string} grade
 * @property {string} pattern
 * @property {string} [sentence]
 * @property {{ name?: string, class?: string, variable?: string, place?: { file?: string } } | null} [holder]
 * @property {{ place?: { file?: string } }} [allocatedIn]
 *
 * @typedef {object} Verdict
 * @property {boolean} passed
 * @property {boolean} [holder]
 * @property {boolean} [pattern]
 * @property {boolean} [file]
 * @property {string} told the answer in a few words
 */

/**
 * @param {import('./apps').App} app
 * @param {{ verdict: string, findings: Finding[] }} answer
 * @returns {Verdict}
 */
function judge(app, { verdict, findings }) {
  const accused = findings.filter(({ grade }) => grade === 'leak' || grade === 'likely');
  const told = accused.length > 0 ? accused.slice(0, 3).map(describe).join('; ') : verdict;
  if (app.leaks.length === 0) return { passed: accused.length === 0, told };

  const best = app.leaks.map((leak) => matchOf(app, leak, accused[0]));
  const first = best.sort((a, b) => score(b) - score(a))[0];
  // Each leak once, each finding once: two findings for one leak are one too many where `findings` says so.
  const found = app.leaks.every((leak) =>
    accused.some((finding) => score(matchOf(app, leak, finding)) === PARTS),
  );
  const { findings: allowed = app.leaks.length > 1 ? app.leaks.length : undefined } = app.truth;
  const fits = allowed === undefined || accused.length === allowed;
  const passed = score(first) === PARTS && found && fits;
  const extra = accused.length - app.leaks.length;
  return { passed, ...first, told: `${told}${extra > 0 ? ` (${extra} more than there are)` : ''}` };
}

const PARTS = 3;

/** @param {{ holder: boolean, pattern: boolean, file: boolean }} match */
function score({ holder, pattern, file }) {
  return Number(holder) + Number(pattern) + Number(file);
}

/**
 * @param {import('./apps').App} app
 * @param {import('./apps').Leak} leak
 * @param {Finding | undefined} finding
 */
function matchOf(app, leak, finding) {
  if (!finding) return { holder: false, pattern: false, file: false };
  const { variable, class: name } = leak.holder;
  const words = (finding.holder?.variable ?? '').match(/[\w$#]+/g) ?? [];
  // `#items` and `items` are one field; a dotted name is right when the wanted word is in it.
  const named = list(variable).some((wanted) => words.some((word) => bare(word) === bare(wanted)));
  const classes = new Set([finding.holder?.class, finding.holder?.name]);
  const files = [finding.holder?.place?.file, finding.allocatedIn?.place?.file];
  const wantedFiles = list(leak.file ?? path.basename(app.file));
  return {
    holder: named || list(name).some((wanted) => classes.has(wanted)),
    pattern: list(leak.pattern).includes(finding.pattern),
    file: files.some((file) => file !== undefined && wantedFiles.includes(path.posix.basename(file))),
  };
}

/** @param {string} word */
const bare = (word) => word.replace(/^#/, '');

/** @param {string | string[] | undefined} value @returns {string[]} */
const list = (value) => (value === undefined ? [] : [value].flat());

/** @param {Finding} finding */
function describe({ grade, pattern, holder, allocatedIn }) {
  const file = holder?.place?.file ?? allocatedIn?.place?.file;
  const name = holder?.variable ?? holder?.class ?? 'no holder';
  return `${grade}: ${pattern}, ${name}${file ? ` in ${path.posix.basename(file)}` : ''}`;
}

module.exports = { judge };
