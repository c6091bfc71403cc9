// @ts-check
'use strict';

/**
 * The whole command line as commander wants it told: for help, and for everything that is not plainly right (plain.js).
 */

const { Command, Option } = require('commander');
const { version } = require('../package.json');
const { COMMANDS } = require('./commands');
const { firstPage } = require('./help');
const { defineWhole, oppositeOf, settingsFor } = require('./plain');

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
  for (const name of names) {
    const command = new Command();
    silence(command, context);
    defineWhole(name, command, context);
    takeSettings(name, command, context);
    program.addCommand(command);
  }
  return program;
}

/**
 * What a file of settings says holds where the command line is silent. Which file that is, the command line says too; so
 * it is asked when that has been read, and only then can it be said what is missing.
 * @param {string} name
 * @param {Command} command
 * @param {import('./main').Context} context
 */
function takeSettings(name, command, context) {
  const required = command.options.filter(({ mandatory }) => mandatory);
  for (const option of required) option.mandatory = false;
  for (const { long, flags } of command.options.slice()) {
    if (long && long === flags.split(/[ ,]+/).at(-1) && !long.endsWith('-config'))
      command.addOption(new Option(oppositeOf(long)).hideHelp());
  }
  command.hook('preAction', () => {
    const said = Object.entries(command.opts()).filter(
      ([key]) => command.getOptionValueSource(key) !== 'default',
    );
    const given = command.registeredArguments
      .slice(0, command.args.length)
      .map((argument) => argument.name());
    const settings = settingsFor(name, Object.fromEntries(said), context, given);
    for (const [key, value] of Object.entries(settings)) {
      if (!said.some(([saidKey]) => saidKey === key)) command.setOptionValueWithSource(key, value, 'config');
    }
    const missing = required.find((option) => command.getOptionValue(option.attributeName()) === undefined);
    if (missing) command.error(`error: required option '${missing.flags}' not specified`);
  });
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
