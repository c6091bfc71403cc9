// @ts-check
'use strict';

/**
 * What of the growth is the function's doing.
 *
 * A test runs in a runner that keeps books, and every snapshot leaves something in them. Those books are known by name.
 * And what the function leaks comes with its calls: growth that is the same whether there were ten calls or a thousand is
 * of something else, or comes to an end.
 */

const { verdictOf } = require('../accepted');

/** Packages that run tests. */
const RUNNER =
  /^(?:@?vitest|@?jest|mocha|chai|expect|tinyspy|tinypool|vite-node|babel-plugin-istanbul)(?:[-/@]|$)/;

/** Which async resource is of which test, in Node's own runner: it has an entry for each that was ever made. */
const NODE_TEST = { variable: 'testResources', kind: 'Test' };

/** Growth for each call in the last round, of that in the round where it was most. */
const KEEPS_PACE = 1 / 4;

/**
 * @param {any} finding
 * @returns {boolean}
 */
function isOfRunner({ holder, entries }) {
  if (holder.place === undefined && holder.variable === NODE_TEST.variable)
    return entries.kind === NODE_TEST.kind;
  return RUNNER.test(holder.place?.package ?? '');
}

/**
 * @param {number[]} perInterval entries
 * @param {number[]} calls in the same intervals
 */
function keepsPace(perInterval, calls) {
  const rates = perInterval.map((entries, index) => entries / calls[index]);
  return rates[rates.length - 1] >= Math.max(...rates) * KEEPS_PACE;
}

/**
 * @param {any} answer of the engine; its findings and verdict become those about the function
 * @param {number[]} calls that were made in each interval
 */
function judgeCalls(answer, calls) {
  answer.findings = answer.findings.filter((/** @type {any} */ finding) => !isOfRunner(finding));
  for (const finding of answer.findings) {
    if (finding.grade !== 'leak' || keepsPace(finding.entries.perInterval, calls)) continue;
    finding.grade = 'growth';
    finding.evidence.push(`it did not grow with the calls, of which there were ${calls.join(', ')}`);
  }
  answer.verdict = verdictOf(answer.findings);
}

module.exports = { isOfRunner, judgeCalls, keepsPace };
