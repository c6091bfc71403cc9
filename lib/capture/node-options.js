// @ts-check
'use strict';

/**
 * The options that Node itself was started with: some of them write snapshots too, and not where we do.
 */

const path = require('node:path');

/**
 * The value of an option of Node's, from its command line, else from NODE_OPTIONS; as Node does, the last one counts,
 * and `_` is as good as `-`.
 * @param {string} name `--diagnostic-dir`
 * @param {{ execArgv?: readonly string[], nodeOptions?: string }} [given]
 * @returns {string | undefined}
 */
function nodeOption(
  name,
  { execArgv = process.execArgv, nodeOptions = process.env.NODE_OPTIONS ?? '' } = {},
) {
  return lastValue(name, execArgv) ?? lastValue(name, splitOptions(nodeOptions));
}

/**
 * @param {string} name
 * @param {readonly string[]} args
 */
function lastValue(name, args) {
  /** @type {string | undefined} */
  let found;
  for (const [index, argument] of args.entries()) {
    const [option, ...rest] = argument.split('=');
    if (option.replaceAll('_', '-') !== name) continue;
    found = rest.length > 0 ? rest.join('=') : args[index + 1];
  }
  return found;
}

/** @param {string} text NODE_OPTIONS: split at spaces, except in double quotes, where `\` lets the next one pass */
function splitOptions(text) {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"|\S)+/g)].map(([word]) =>
    word.replace(/"((?:\\.|[^"\\])*)"/g, (_, quoted) => quoted.replace(/\\(.)/g, '$1')),
  );
}

/** Where Node writes the snapshots of its own options: not in HEAP_SNAPSHOT_DIR, of which it knows nothing. */
const nodeSnapshotDirectory = () => path.resolve(nodeOption('--diagnostic-dir') || '.');

module.exports = { nodeOption, nodeSnapshotDirectory };
