// @ts-check
'use strict';

/**
 * The whole command line as commander wants it told: for help, and for everything that is not plainly right (plain.js).
 */

const { Command } = require('commander');
const { version } = require('../package.json');
const { COMMANDS } = require('./commands');
const { firstPage } = require('./help');

/**
 * @param {import('./main').Context} context
 * @param {string} [wanted] the command that was asked for; without it, or where it is none, all of them are there
 * @returns {Command}
 */
function buildProgram(context, wanted = '') {
  const program = new Command('heap-analyzer')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false);
  program.helpInformation = () => firstPage(context);
  silence(program, context);
  const names = Object.hasOwn(COMMANDS, wanted) ? [wanted] : Object.keys(COMMANDS);
  for (const { define } of names.map((name) => COMMANDS[name]())) {
    const command = new Command();
    silence(command, context);
    define(command, context);
    program.addCommand(command);
  }
  return program;
}

/**
 * commander throws instead of exiting, and leaves the wording of errors to main.js.
 * @param {Command} command
 * @param {import('./main').Context} context
 */
function silence(command, context) {
  command
    .exitOverride()
    .helpOption('-h, --help', 'print help')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: () => {},
    });
}

module.exports = { buildProgram };
