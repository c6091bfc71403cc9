// @ts-check
'use strict';

/**
 * Findings as a JUnit report, which every CI can show: each finding is a test case that failed, was skipped (as it is
 * accepted) or passed (as it does not count).
 *
 * There is no schema by those who made the format; this has what Jenkins, GitLab and GitHub's reporters agree on.
 */

const { fails } = require('../../failing');
const { relativeFiles } = require('../../places');
const { clean } = require('../clean');
const { docsUrl } = require('../docs-url');
const { gradeWords, headline, hopWords } = require('../words');

/**
 * @param {any} answer of findLeaks
 * @param {{ failOn?: import('../../failing').FailOn }} options
 * @returns {string}
 */
function junit(answer, { failOn = 'likely' }) {
  const { findings, conclusive, warnings = [] } = answer;
  const failures = findings.filter((/** @type {any} */ finding) => fails(finding, failOn)).length;
  const skipped = findings.filter((/** @type {any} */ finding) => finding.status === 'known').length;
  const errors = conclusive === false ? 1 : 0;
  const cases = findings.flatMap((/** @type {any} */ finding) => caseOf(finding, failOn));
  // A suite without a case is taken for one that did not run.
  if (cases.length === 0) cases.push(...verdictCase(answer));
  const tests = Math.max(1, findings.length);
  const counts = attributes({
    name: 'heap-analyzer find-leaks',
    tests,
    failures,
    errors,
    skipped,
    time: '0',
  });
  const told = [headline(answer), ...(conclusive === false ? [] : warnings)];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${counts}>`,
    `  <testsuite${counts}>`,
    ...cases.map((/** @type {string} */ line) => `    ${line}`),
    `    <system-out>${text(told)}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** @param {any} answer without findings */
function verdictCase(answer) {
  const opening = `<testcase${attributes({ classname: 'heap-analyzer', name: 'no leak is found', time: '0' })}`;
  if (answer.conclusive !== false) return [`${opening}/>`];
  const error = attributes({ message: headline(answer), type: 'no-verdict' });
  return [`${opening}>`, `  <error${error}/>`, '</testcase>'];
}

/**
 * @param {any} finding
 * @param {import('../../failing').FailOn} failOn
 */
function caseOf(finding, failOn) {
  const { pattern, fingerprint, holder, sentence, grade, status, accepted } = finding;
  const { file, line } = holder.place ?? {};
  const name = file === undefined ? undefined : relativeFiles(file, process.cwd());
  const called = holder.variable ?? `${holder.class} @${holder.id}`;
  // The same in the next run: a CI knows by it what is new.
  const what =
    holder.variable === undefined ? fingerprint : `${fingerprint}: ${called}${name ? ` in ${name}` : ''}`;
  const opening = attributes({
    classname: `heap-analyzer.${pattern}`,
    name: what,
    file: name,
    line,
    time: '0',
  });
  const details = text(detailsOf(finding));
  if (status === 'known') {
    const why = accepted?.why ? `: ${accepted.why}` : '';
    return element(opening, `<skipped${attributes({ message: `known and accepted${why}` })}/>`, details);
  }
  if (!fails(finding, failOn)) return element(opening, null, details);
  const failure = `<failure${attributes({ message: sentence, type: grade })}>${details}</failure>`;
  return element(opening, failure, null);
}

/**
 * @param {string} opening
 * @param {string | null} outcome
 * @param {string | null} output
 */
const element = (opening, outcome, output) => [
  `<testcase${opening}>`,
  ...(outcome === null ? [] : [`  ${outcome}`]),
  ...(output === null ? [] : [`  <system-out>${output}</system-out>`]),
  '</testcase>',
];

/** @param {any} finding */
const detailsOf = (finding) => [
  finding.sentence,
  gradeWords(finding),
  `${finding.title} (${finding.pattern})`,
  ...finding.evidence.map((/** @type {string} */ line) => `- ${line}`),
  `Path: ${hopWords(finding.path).join(' → ')}`,
  `What to do: ${finding.advice}`,
  `More: ${docsUrl(finding.docs)}`,
  `To accept it: ${finding.fingerprint}`,
];

/** @param {string[]} lines */
const text = (lines) => lines.map(escaped).join('\n');

/** @param {Record<string, string | number | undefined>} values those that are undefined are left out */
const attributes = (values) =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** What XML has no way to write is gone with what a terminal would act upon, but for two characters. @param {string} line */
const escaped = (line) =>
  clean(line)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (sign) => ENTITIES[/** @type {keyof typeof ENTITIES} */ (sign)]);

module.exports = { junit };
