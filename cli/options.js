// @ts-check
'use strict';

/**
 * Options that several commands share, and how their values are read. An option says the same and means the
 * same in every command.
 */

const { parseSize } = require('../lib/sizes');

/** A value that an option does not take. commander knows it by its code and says it with the option's name. */
class BadValue extends Error {
  code = 'commander.invalidArgument';
}

/**
 * @param {number} min
 * @returns {(text: string) => number}
 */
const integerFrom = (min) => (text) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > 0xffffffff) {
    throw new BadValue(`It takes a whole number from ${min}`);
  }
  return value;
};

/** @type {(text: string) => number} */
const bytes = (text) => {
  const value = parseSize(text);
  if (value === null) throw new BadValue('It takes a size such as 500kB, 10MB or 64MiB');
  return value;
};

const MILLISECONDS = new Map([
  ['ms', 1],
  ['', 1000],
  ['s', 1000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
]);

/**
 * A time: a bare number is seconds.
 * @type {(text: string) => number} milliseconds
 */
const time = (text) => {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/.exec(text) ?? [];
  const milliseconds = Number(amount) * (MILLISECONDS.get(unit) ?? NaN);
  // setTimeout takes no more.
  if (milliseconds >= 0 && milliseconds < 2 ** 31) return Math.round(milliseconds);
  throw new BadValue('It takes a time such as 500ms, 30s, 5min or 1h');
};

/**
 * What an option that takes one of a few words is declared with: its description, and how its value is read.
 * @param {string} description
 * @param {string[]} choices
 * @returns {[description: string, read: (text: string) => string]}
 */
function choice(description, choices) {
  const listed = choices.map((word) => JSON.stringify(word)).join(', ');
  const read = (/** @type {string} */ text) => {
    if (choices.includes(text)) return text;
    throw new BadValue(`Allowed choices are ${choices.join(', ')}.`);
  };
  return [`${description} (choices: ${listed})`, Object.assign(read, { choices })];
}

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

module.exports = { BadValue, choice, addJson, addRows, addThreads, addExamples, bytes, integerFrom, time };
