// @ts-check
'use strict';

/**
 * What there is to complete, as the commands declare it themselves: the same for every shell.
 */

const { QUESTIONS } = require('../../lib/objects/questions');
const { COMMANDS } = require('../commands');
const { declared } = require('../plain');
const { kindOfArgument, kindOfOption } = require('../values');

/**
 * @typedef {object} Value what an option or argument takes
 * @property {string} name what it is called in help
 * @property {import('../values').Kind} kind
 * @property {string[]} words the only ones it takes; empty: any
 * @property {boolean} listed several of the words, with commas between
 *
 * @typedef {object} Flag
 * @property {string} long `--top`
 * @property {string} [short] `-q`
 * @property {string} description
 * @property {Value | null} value null: a switch
 * @property {boolean} many takes several values in a row
 * @property {boolean} repeatable
 *
 * @typedef {object} Command
 * @property {string} name
 * @property {string} summary
 * @property {Flag[]} flags
 * @property {Array<Value & { many: boolean }>} arguments `many`: all that follow are such, too
 */

/** @type {Flag} */
const HELP = {
  long: '--help',
  short: '-h',
  description: 'print help',
  value: null,
  many: false,
  repeatable: false,
};

/** @type {Flag} */
const VERSION = { ...HELP, long: '--version', short: '-V', description: 'print the version' };

/** Before any command. */
const FIRST_FLAGS = [VERSION, HELP];

/** All that arguments of these names take. @type {Record<string, string[]>} */
const WORDS_OF_ARGUMENTS = { shell: ['bash', 'zsh', 'fish'], question: Object.keys(QUESTIONS) };

/**
 * @param {import('../main').Context} context
 * @returns {Command[]}
 */
function commands(context) {
  return Object.keys(COMMANDS).map((name) => {
    const { takes, outline } = declared(name, context);
    return {
      name,
      summary: plain(outline.summary),
      flags: [...takes.options.map(flagOf), HELP],
      arguments: takes.arguments.map(({ declaration }) => argumentOf(declaration)),
    };
  });
}

/** Without the full stop: a shell shows it in a column. @param {string} summary */
const plain = (summary) => summary.replace(/\.$/, '');

/** @param {import('../plain').Option} option @returns {Flag} */
function flagOf({ long, short, takes, values, description, read }) {
  const { choices: words = [], listed = false, repeatable = false } = read ?? {};
  const value = takes === '' ? null : { name: takes, kind: kindOfOption(takes), words, listed };
  return { long, short, description, value, many: values === 'many', repeatable };
}

/** @param {string} declaration @returns {Value & { many: boolean }} */
function argumentOf(declaration) {
  const name = declaration.replace(/[<>[\].]/g, '');
  const many = declaration.includes('...');
  const words = Object.hasOwn(WORDS_OF_ARGUMENTS, name) ? WORDS_OF_ARGUMENTS[name] : [];
  return { name, kind: kindOfArgument(declaration), words, listed: false, many };
}

module.exports = { commands, FIRST_FLAGS };
