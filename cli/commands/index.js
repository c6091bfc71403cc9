// @ts-check
'use strict';

/**
 * The list of commands. Each defines itself; a new command is a file and a line here. Loaded when wanted: a command
 * should not wait for the others.
 */

/**
 * @typedef {object} Definition
 * @property {(command: any, context: import('../main').Context) => void} define
 * @property {boolean} [takesSettings] false: no file of settings is looked for
 * @property {string[][]} [ways] options, and arguments, of which those of one list only can be given together
 */

/** @type {Record<string, () => Definition>} */
const COMMANDS = {
  analyze: () => require('./analyze'),
  compare: () => require('./compare'),
  'find-leaks': () => require('./find-leaks'),
  'inspect-object': () => require('./inspect-object'),
  trace: () => require('./trace'),
  list: () => require('./list'),
  'node-snapshot': () => require('./node-snapshot'),
  'node-monitor': () => require('./node-monitor'),
  record: () => require('./record'),
  'node-load-test': () => require('./node-load-test'),
  view: () => require('./view'),
  query: () => require('./query'),
  shell: () => require('./shell'),
  export: () => require('./export'),
  redact: () => require('./redact'),
  demo: () => require('./demo'),
  completion: () => require('./completion'),
};

module.exports = { COMMANDS };
