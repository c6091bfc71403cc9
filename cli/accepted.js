// @ts-check
'use strict';

/**
 * Accepted leaks on the command line: `--ignore` takes fingerprints and files of them, `--update-ignore` writes the
 * file.
 */

const fs = require('node:fs/promises');
const { parseAccepted } = require('../lib/accepted');
const { HeapAnalyzerError, fromSystem } = require('../lib/errors');
const { replaceFile } = require('../lib/report/replace-file');

/** @typedef {import('../lib/accepted').AcceptedLeak} AcceptedLeak */

/** `global-cache-3125ba866c26` */
const FINGERPRINT = /^[a-z][a-z-]*-[0-9a-f]{8,}$/;

/**
 * @param {string[]} values each a fingerprint or the name of a file
 * @returns {Promise<AcceptedLeak[]>}
 */
async function readAccepted(values) {
  const lists = await Promise.all(
    values.map(async (value) => {
      const text = await readIfThere(value);
      if (text !== null) return parseAccepted(text, value);
      if (FINGERPRINT.test(value)) return [{ fingerprint: value }];
      throw new HeapAnalyzerError(
        'ERR_HEAP_USAGE',
        `--ignore takes a fingerprint or a file, and ${JSON.stringify(value)} is neither`,
      );
    }),
  );
  return lists.flat();
}

/**
 * @param {string} file
 * @returns {Promise<string | null>} null when there is no such file
 */
async function readIfThere(file) {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    const failure = fromSystem(error, `read ${file}`);
    if (failure.code === 'ERR_HEAP_NOT_FOUND') return null;
    throw failure;
  }
}

/**
 * The file as it is, for `--update-ignore`; one that is not there yet is empty.
 * @param {string} file
 * @returns {Promise<AcceptedLeak[]>}
 */
async function readForUpdate(file) {
  const text = await readIfThere(file);
  return text === null ? [] : parseAccepted(text, file);
}

/**
 * Writes the file anew: what it said of leaks that are still found stays as it is, what is gone goes, and what
 * is new comes.
 * @param {string} file
 * @param {AcceptedLeak[]} before
 * @param {any[]} findings all of the answer
 * @param {any[]} toAccept those of them that would fail the command
 * @returns {Promise<{ added: number, removed: number }>}
 */
async function updateAccepted(file, before, findings, toAccept) {
  const found = new Set(findings.map(({ fingerprint }) => fingerprint));
  const kept = before.filter(({ fingerprint }) => found.has(fingerprint));
  const known = new Set(kept.map(({ fingerprint }) => fingerprint));
  const since = new Date().toISOString().slice(0, 10);
  const added = toAccept
    .filter(({ fingerprint }) => !known.has(fingerprint))
    .map(({ fingerprint, sentence }) => ({ fingerprint, sentence, since }));
  await replaceFile(file, `${JSON.stringify({ accepted: [...kept, ...added] }, null, 2)}\n`, 0o666);
  return { added: added.length, removed: before.length - kept.length };
}

module.exports = { readAccepted, readForUpdate, updateAccepted };
