// @ts-check
'use strict';

/**
 * The error of a test that leaks: everything one needs to open the right file, in the message itself, since a message is
 * all that most runners show.
 */

const { HeapAnalyzerError } = require('../errors');
const { relativeFiles } = require('../places');
const { clean } = require('../report/clean');
const { docsUrl } = require('../report/docs-url');
const { count, counted } = require('../report/numbers');
const { gradeWords, hopWords, placeWords } = require('../report/words');

/** Findings that are told whole; of the rest there is a sentence. */
const WHOLE = 3;

class HeapLeakError extends HeapAnalyzerError {
  /**
   * @param {string} message
   * @param {any[]} findings those that the check fails for
   * @param {any} answer
   * @param {string | null} keptIn the directory of the snapshots
   */
  constructor(message, findings, answer, keptIn) {
    super('ERR_HEAP_LEAK', message);
    // Runners print what they can enumerate, and of a whole answer that would be pages.
    const hidden = { enumerable: false, configurable: true, writable: true };
    for (const [name, value] of Object.entries({ findings, answer, keptIn }))
      Object.defineProperty(this, name, { value, ...hidden });
  }
}
Object.defineProperty(HeapLeakError.prototype, 'name', {
  value: 'HeapLeakError',
  configurable: true,
  writable: true,
});

/**
 * @param {any[]} findings
 * @param {object} run
 * @param {string} run.name of the function
 * @param {number} run.calls
 * @param {number} run.snapshots
 * @param {string | null} run.keptIn
 */
function leakMessage(findings, { name, calls, snapshots, keptIn }) {
  const of = name === '' ? '' : ` of ${name}`;
  const lines = [
    `${counted(findings.length, 'leak')} in ${counted(calls, 'call')}${of}, seen over ${count(snapshots)} snapshots.`,
    ...findings.flatMap((finding, index) =>
      index < WHOLE ? whole(finding, index + 1) : ['', `${index + 1}. ${finding.sentence}`],
    ),
  ];
  if (keptIn !== null) {
    lines.push(
      '',
      `The snapshots are in ${keptIn}; to see more: heap-analyzer find-leaks --snapshot-dir ${keptIn}`,
    );
  }
  return lines.map(clean).join('\n');
}

/**
 * @param {any} finding
 * @param {number} number
 */
function whole(finding, number) {
  const { sentence, title, pattern, evidence, allocatedIn, path, advice, docs, fingerprint } = finding;
  const made = allocatedIn
    ? [`   Made in: ${relativeFiles(placeWords(allocatedIn.place), process.cwd())}`]
    : [];
  return [
    '',
    `${number}. ${sentence}`,
    `   ${gradeWords(finding)}`,
    `   ${title} (${pattern})`,
    ...evidence.map((/** @type {string} */ text) => `   - ${text}`),
    ...made,
    `   Path: ${hopWords(path).join(' → ')}`,
    `   What to do: ${advice}`,
    `   More: ${docsUrl(docs)}`,
    `   To accept it: ${fingerprint}`,
  ];
}

module.exports = { HeapLeakError, leakMessage };
