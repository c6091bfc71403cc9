// @ts-check
'use strict';

/**
 * Holds the settings of a file against what the commands declare: which options there are, and what each takes.
 */

const path = require('node:path');
const { HeapAnalyzerError, describe } = require('../lib/errors');
const { nearest } = require('../lib/nearest');
const { COMMANDS } = require('./commands');
const { declared } = require('./plain');
const { kindOfOption } = require('./values');

/**
 * @typedef {import('./plain').Option} Option
 * @typedef {{ folder: string, shown: string, within: string }} Where the folder that paths start from, the file for a
 *   sentence, and what leads to a key in it
 */

/** Of editors, not of ours. */
const SCHEMA = '$schema';

/** Settings cannot say where settings are. */
const NOT_A_SETTING = new Set(['config']);

/**
 * @param {string} wanted the command that runs
 * @param {unknown} settings of the whole file
 * @param {import('./main').Context} context
 * @param {Where} where
 * @returns {Record<string, any>} values of the options of that command
 */
function checkSettings(wanted, settings, context, where) {
  if (!isObject(settings)) throw wrong(where, '', `expected an object but found ${describe(settings)}`);
  const commands = optionsByCommand(context);
  /** @type {Record<string, any>} */
  const common = {};
  /** @type {Record<string, any>} */
  const own = {};
  for (const [key, value] of Object.entries(settings)) {
    const options = commands.get(key);
    if (key === SCHEMA) continue;
    if (options) Object.assign(key === wanted ? own : {}, checkCommand(key, options, value, where));
    else checkCommon(key, value, wanted, commands, common, where);
  }
  return { ...common, ...own };
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * @param {import('./main').Context} context
 * @returns {Map<string, Map<string, Option>>} options by key, by command
 */
function optionsByCommand(context) {
  const names = Object.keys(COMMANDS).filter((name) => COMMANDS[name]().takesSettings !== false);
  return new Map(
    names.map((name) => {
      const { options } = declared(name, context).takes;
      const settable = options.filter(({ key }) => !NOT_A_SETTING.has(key));
      return [name, new Map(settable.map((option) => [option.key, option]))];
    }),
  );
}

/**
 * @param {string} command
 * @param {Map<string, Option>} options
 * @param {unknown} settings
 * @param {Where} where
 */
function checkCommand(command, options, settings, where) {
  if (!isObject(settings)) throw wrong(where, command, `expected an object but found ${describe(settings)}`);
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => {
      const option = options.get(key);
      const at = `${command}.${key}`;
      if (!option) throw wrong(where, at, `${command} has no such option${meant(key, [...options.keys()])}`);
      return [key, valueOf(option, value, where, at)];
    }),
  );
}

/**
 * One that stands for all commands: at least two must have it, or it is meant for the one.
 * @param {string} key
 * @param {unknown} value
 * @param {string} wanted
 * @param {Map<string, Map<string, Option>>} commands
 * @param {Record<string, any>} into values for the command that runs
 * @param {Where} where
 */
function checkCommon(key, value, wanted, commands, into, where) {
  const having = [...commands].filter(([, options]) => options.has(key)).map(([name]) => name);
  if (having.length === 0) {
    const shared = [...commands.values()].flatMap((options) => [...options.keys()]);
    const suggestion = meant(key, [...commands.keys(), ...shared]);
    throw wrong(where, key, `neither a command nor an option of several${suggestion}`);
  }
  if (having.length === 1)
    throw wrong(where, key, `only ${having[0]} has this option; it belongs in "${having[0]}"`);
  const option = commands.get(having.includes(wanted) ? wanted : having[0])?.get(key);
  const read = valueOf(/** @type {Option} */ (option), value, where, key);
  if (having.includes(wanted)) into[key] = read;
}

/** @param {string} key @param {string[]} known */
function meant(key, known) {
  const name = nearest(key, [...new Set(known)]);
  return name === undefined ? '' : `; did you mean "${name}"?`;
}

/**
 * @param {Option} option
 * @param {unknown} value
 * @param {Where} where
 * @param {string} at the key
 */
function valueOf({ values, takes, read }, value, where, at) {
  const bad = (/** @type {string} */ expected) =>
    wrong(where, at, `expected ${expected} but found ${describe(value)}`);
  if (values === 'none') {
    if (typeof value !== 'boolean') throw bad('true or false');
    return value;
  }
  const several = values === 'many' || read?.listed || read?.repeatable;
  const given = several && Array.isArray(value) ? value : [value];
  // A number will do where numbers are read; a path that is a number is a mistake.
  const fits = given.every(
    (one) => (typeof one === 'string' && one !== '') || (typeof one === 'number' && read && !several),
  );
  if (!fits || given.length === 0) throw bad(expectation(takes, Boolean(read), Boolean(several)));
  const texts = given.map((one) => placed(String(one), takes, where.folder));
  try {
    if (read?.listed) return read(texts.join(','));
    if (read) return texts.reduce((before, text) => read(text, before), /** @type {any} */ (undefined));
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw wrong(where, at, `${message[0].toLowerCase()}${message.slice(1).replace(/\.$/, '')}`);
  }
  return values === 'many' ? texts : texts[0];
}

/** @param {string} takes @param {boolean} read @param {boolean} several */
function expectation(takes, read, several) {
  if (several) return 'a string, or a list of strings';
  return read && /^(?:n|id|seconds|size)$/.test(takes) ? 'a number' : 'a string';
}

/**
 * Paths start from the file that they stand in, wherever the command runs.
 * @param {string} text
 * @param {string} takes
 * @param {string} folder
 */
function placed(text, takes, folder) {
  const kind = kindOfOption(takes);
  if (kind === 'word' || text === '-') return text;
  // No fingerprint has a dot or a slash.
  return kind === 'perhaps-file' && !/[./\\]/.test(text) ? text : path.resolve(folder, text);
}

/**
 * @param {Where} where
 * @param {string} key
 * @param {string} what
 */
function wrong({ shown, within }, key, what) {
  const whole = `${within}${key}`.replace(/\.$/, '');
  const place = whole === '' ? shown : `${shown}, "${whole}"`;
  return new HeapAnalyzerError('ERR_HEAP_USAGE', `${place}: ${what}`);
}

module.exports = { checkSettings };
