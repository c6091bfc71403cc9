// @ts-check
'use strict';

/**
 * The list of commands and what all of them have in common, as commander wants it told.
 */

const { Command } = require('commander');
const { version } = require('../package.json');

/**
 * Each of them defines itself; a new command is a file and a line here. Loaded when wanted: a command should not wait
 * for the others.
 * @type {Record<string, () => { define: (command: Command, context: import('./main').Context) => void }>}
 */
const COMMANDS = {
  analyze: () => require('./commands/analyze'),
  compare: () => require('./commands/compare'),
  'find-leaks': () => require('./commands/find-leaks'),
  'inspect-object': () => require('./commands/inspect-object'),
  'node-snapshot': () => require('./commands/node-snapshot'),
  redact: () => require('./commands/redact'),
  demo: () => require('./commands/demo'),
};

const EXIT_CODES = `
Exit codes:
  0    done
  1    done, and found what it looks for: a leak (find-leaks --fail-on), growth
       (compare --fail-on-growth)
  2    wrong usage, or a file that is not what it should be
  3    could not do it
  130  interrupted`;

/**
 * @param {import('./main').Context} context
 * @param {string} [wanted] the command that was asked for; without it, or where it is none, all of them are there
 * @returns {Command}
 */
function buildProgram(context, wanted = '') {
  const program = new Command('heap-analyzer')
    .description('Reads V8 heap snapshots: what is in a heap, what leaks, and who holds it.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .addHelpText('after', EXIT_CODES);
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
function silence(command, { stdout, stderr }) {
  command
    .exitOverride()
    .helpOption('-h, --help', 'print help')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => {},
    });
}

module.exports = { buildProgram };
