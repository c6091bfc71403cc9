// @ts-check
'use strict';

/**
 * Options that several commands share, and how their values are read. An option says the same and means the
 * same in every command.
 */

const { InvalidArgumentError } = require('commander');
const { parseSize } = require('./render/numbers');

/**
 * @param {number} min
 * @returns {(text: string) => number}
 */
const integerFrom = (min) => (text) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > 0xffffffff) {
    throw new InvalidArgumentError(`It takes a whole number from ${min}`);
  }
  return value;
};

/** @type {(text: string) => number} */
const bytes = (text) => {
  const value = parseSize(text);
  if (value === null) throw new InvalidArgumentError('It takes a size such as 500kB, 10MB or 64MiB');
  return value;
};

/**
 * @param {import('commander').Command} command
 */
function addJson(command) {
  return command
    .option('--json', 'print the answer as one JSON document')
    .option('-q, --quiet', 'no progress on the terminal');
}

/**
 * @param {import('commander').Command} command
 * @param {string} what the rows that --top limits
 */
function addRows(command, what) {
  return command.option('--top <n>', `how many ${what}`, integerFrom(0)).option('--all', 'every class');
}

/**
 * @param {import('commander').Command} command
 */
function addThreads(command) {
  return command.option('--threads <n>', 'how many threads to use (default: one per core)', integerFrom(1));
}

/**
 * @param {import('commander').Command} command
 * @param {string[]} examples
 */
function addExamples(command, examples) {
  return command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
}

module.exports = { addJson, addRows, addThreads, addExamples, bytes, integerFrom };
