// @ts-check
'use strict';

/**
 * What the word in an option's or argument's brackets stands for: `--cache-dir <dir>` takes a folder. Settings in a file
 * need it to know what is relative to that file, and shells to know what to offer.
 */

/** @typedef {'snapshot' | 'file' | 'directory' | 'perhaps-file' | 'word'} Kind */

/** How snapshots' names end, recordings of allocations among them. */
const SNAPSHOT_ENDINGS = ['heapsnapshot', 'heaptimeline'].flatMap((name) => [
  `.${name}`,
  `.${name}.gz`,
  `.${name}.zst`,
]);

/** @type {Record<string, Kind>} */
const KINDS = {
  base: 'snapshot',
  target: 'snapshot',
  snapshot: 'snapshot',
  snapshots: 'snapshot',
  other: 'snapshot',
  file: 'file',
  files: 'file',
  copy: 'file',
  dir: 'directory',
  directory: 'directory',
  // `--ignore`: fingerprints, or files of them.
  what: 'perhaps-file',
};

/**
 * @param {string} takes what stands in the brackets of an option
 * @returns {Kind}
 */
const kindOfOption = (takes) => (Object.hasOwn(KINDS, takes) ? KINDS[takes] : 'word');

/**
 * The file that a command is about is a snapshot, unless it says otherwise.
 * @param {string} declaration `<file>`, `[snapshots...]`
 * @returns {Kind}
 */
function kindOfArgument(declaration) {
  const name = declaration.replace(/^[<[]|(?:\.{3})?[>\]]$/g, '');
  return name === 'file' || name === 'files' ? 'snapshot' : kindOfOption(name);
}

module.exports = { SNAPSHOT_ENDINGS, kindOfOption, kindOfArgument };
