// @ts-check
'use strict';

/**
 * What was probably meant, for those mistakes that people make and no spelling explains: a file where a command should be,
 * options before the command, a pattern that matched many files or none.
 */

const fs = require('node:fs');
const path = require('node:path');
const { nearest } = require('../lib/nearest');
const { COMMANDS } = require('./commands');
const { SNAPSHOT_ENDINGS } = require('./values');

/** @param {string} word */
const isSnapshot = (word) => SNAPSHOT_ENDINGS.some((ending) => word.endsWith(ending));

/** @param {string} word */
const isCommand = (word) => Object.hasOwn(COMMANDS, word);

/**
 * @param {string} code commander's, of what it says is wrong
 * @param {string[]} argv
 * @returns {string} what to add to its sentence; empty where that says enough
 */
function advice(code, argv) {
  const [first = '', ...rest] = argv;
  if (code === 'commander.unknownCommand' && (isSnapshot(first) || fs.existsSync(first)))
    return `, but a file: heap-analyzer analyze ${first} says what is in it`;
  if (code === 'commander.unknownOption' && !isCommand(first)) {
    const command = rest.find(isCommand);
    if (command !== undefined) return `; options stand after the command, here ${command}`;
  }
  const several = rest.filter(isSnapshot).length > 1;
  if (code === 'commander.excessArguments' && several && first !== 'compare')
    return '; compare takes two snapshots, and find-leaks --snapshots takes more';
  if (code === 'commander.excessArguments' && several)
    return '; more than two snapshots are for find-leaks --snapshots';
  return '';
}

/** A shell hands on a pattern that matches nothing as it stands, and on Windows none is replaced at all. */
const PATTERN = /[*?]|\[.+\]/;

/**
 * About a file that is not there.
 * @param {string} file as it was given
 * @returns {string}
 */
function missing(file) {
  if (PATTERN.test(file))
    return `no file has the name ${file}: the shell found nothing to put in the place of the pattern`;
  const folder = path.dirname(file);
  let names;
  try {
    names = fs.readdirSync(folder);
  } catch {
    return folder === '.'
      ? `no such file: ${file}`
      : `no such file: ${file}; nor is there a directory ${folder}`;
  }
  const near = nearest(path.basename(file), names.filter(isSnapshot));
  return `no such file: ${file}${near === undefined ? '' : `; did you mean ${path.join(folder, near)}?`}`;
}

module.exports = { advice, missing };
