// @ts-check
'use strict';

/**
 * Leaks that the user knows of and lives with for now.
 *
 * A check that fails for an old leak is switched off, and then misses the new one. So findings can be accepted by
 * their fingerprints: they are still told, but do not decide; and one that is gone is told as fixed, so that the
 * list does not outlive its reasons.
 */

const { HeapAnalyzerError, badArgument } = require('./errors');

/**
 * @typedef {{ fingerprint: string, sentence?: string, since?: string, why?: string }} AcceptedLeak
 */

/** Grades that decide the verdict, the worst first. */
const GRADES = ['leak', 'likely', 'growth'];
const NOTES = /** @type {const} */ (['sentence', 'since', 'why']);

/**
 * @param {unknown} value fingerprints, or entries of a file of accepted leaks
 * @param {string} name
 * @returns {AcceptedLeak[]}
 */
function acceptedLeaks(value, name) {
  if (!Array.isArray(value)) throw badArgument(name, 'an array of fingerprints', value);
  return value.map((entry, index) => acceptedLeak(entry, `${name}[${index}]`));
}

/**
 * @param {any} entry
 * @param {string} name
 * @returns {AcceptedLeak}
 */
function acceptedLeak(entry, name) {
  const fingerprint = typeof entry === 'string' ? entry : entry?.fingerprint;
  if (typeof fingerprint !== 'string' || fingerprint === '') {
    throw badArgument(name, 'a fingerprint', entry);
  }
  /** @type {AcceptedLeak} */
  const read = { fingerprint };
  if (typeof entry === 'string') return read;
  for (const note of NOTES) {
    if (entry[note] === undefined) continue;
    if (typeof entry[note] !== 'string') throw badArgument(`${name}.${note}`, 'a string', entry[note]);
    read[note] = entry[note];
  }
  return read;
}

/**
 * The file that users commit: `{ "accepted": [{ "fingerprint": "…", "why": "…" }] }`.
 * @param {string} text
 * @param {string} file for the message
 * @returns {AcceptedLeak[]}
 */
function parseAccepted(text, file) {
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `${file} is no JSON: ${/** @type {Error} */ (error).message}`,
      {
        cause: error,
      },
    );
  }
  if (!Array.isArray(parsed?.accepted)) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `${file} is no list of accepted leaks: it needs { "accepted": [{ "fingerprint": "…" }] }`,
    );
  }
  try {
    return acceptedLeaks(parsed.accepted, 'accepted');
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', `in ${file}: ${message}`, { cause: error });
  }
}

/**
 * @param {any[]} findings
 * @returns {string} the worst grade of those that are not accepted
 */
function verdictOf(findings) {
  const deciding = findings.filter(({ status }) => status !== 'known');
  return GRADES.find((grade) => deciding.some((finding) => finding.grade === grade)) ?? 'clean';
}

/**
 * Tells known findings from new ones; only the new ones decide.
 * @param {any} answer
 * @param {AcceptedLeak[]} accepted
 */
function judge(answer, accepted) {
  const known = new Map(accepted.map((entry) => [entry.fingerprint, entry]));
  const found = new Set();
  const findings = answer.findings.map((/** @type {any} */ finding) => {
    found.add(finding.fingerprint);
    const entry = known.get(finding.fingerprint);
    return entry ? { ...finding, status: 'known', accepted: entry } : { ...finding, status: 'new' };
  });
  const verdict = verdictOf(findings);
  // Snapshots in the wrong order or of different processes do not prove that anything was fixed.
  const { conclusive, comparedBy } = answer;
  const fixed =
    conclusive && comparedBy === 'id' ? accepted.filter(({ fingerprint }) => !found.has(fingerprint)) : [];
  return { ...answer, verdict, findings, fixed };
}

module.exports = { acceptedLeaks, parseAccepted, judge, verdictOf };
