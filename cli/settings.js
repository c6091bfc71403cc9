// @ts-check
'use strict';

/**
 * Settings of a project, so that nobody types them twice: `heap-analyzer.config.json`, or the key `heap-analyzer` of a
 * package.json, whichever is nearest above the working folder.
 *
 *     { "cacheDir": ".heap-cache", "find-leaks": { "ignore": "accepted-leaks.json", "failOn": "growth" } }
 *
 * Names are those of the options in camelCase, for one command or for all that have the option. The command line wins.
 */

const fs = require('node:fs');
const path = require('node:path');
const { HeapAnalyzerError, fromSystem } = require('../lib/errors');

const FILE = 'heap-analyzer.config.json';
const MANIFEST = 'package.json';
const KEY = 'heap-analyzer';

/** Says of an error of the file system that there is no such file for us; above the working folder that is all there is to it. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']);

/**
 * @typedef {object} Source
 * @property {string} file absolute
 * @property {string} within what leads to the settings in there: `` or `heap-analyzer.`
 * @property {unknown} settings
 */

/** Options that every command with them has, of which one makes the other meaningless. */
const COMMON_WAYS = [
  [['cacheDir'], ['cache']],
  [['tokenEnv'], ['tokenFile']],
];

/**
 * What a file says of a command's options. Throws one sentence when anything in the file is wrong, about whichever
 * command: what is only noticed when it is needed has been wrong for long.
 * @param {string} name of the command
 * @param {Record<string, any>} options as the command line has them
 * @param {import('./main').Context} context told which settings are in effect, for what is printed of an error
 * @param {string[]} [given] names of the arguments that the command line has
 * @returns {Record<string, any>}
 */
function readSettings(name, options, context, given = []) {
  const source = sourceFor(options.config);
  if (!source) return {};
  const { checkSettings } = require('./check-settings');
  const folder = path.dirname(source.file);
  const shown = shownName(source.file);
  const said = checkSettings(name, source.settings, context, { folder, shown, within: source.within });
  const values = withoutOtherWays(name, said, [...Object.keys(options), ...given]);
  const keys = Object.keys(values).filter((key) => !Object.hasOwn(options, key));
  context.settings = { shown, keys, json: values.json === true };
  return values;
}

/**
 * The command line wins: what cannot be given together with what is typed is as if the file did not say it.
 * @param {string} name
 * @param {Record<string, any>} values
 * @param {string[]} typed
 */
function withoutOtherWays(name, values, typed) {
  const { COMMANDS } = require('./commands');
  const { ways } = COMMANDS[name]();
  const pushedOut = [...COMMON_WAYS, ...(ways ? [ways] : [])].flatMap((lists) => {
    const taken = lists.filter((list) => list.some((key) => typed.includes(key)));
    return taken.length === 0 ? [] : lists.filter((list) => !taken.includes(list)).flat();
  });
  const lost = new Set(pushedOut);
  return Object.fromEntries(Object.entries(values).filter(([key]) => !lost.has(key)));
}

/**
 * @param {string | false | undefined} asked what `--config` and `--no-config` say
 * @returns {Source | null}
 */
function sourceFor(asked) {
  if (asked === false) return null;
  if (asked !== undefined) return fromFile(path.resolve(asked));
  const start = process.cwd();
  for (let folder = start; ; folder = path.dirname(folder)) {
    const file = path.join(folder, FILE);
    const text = textIfThere(file);
    if (text !== null && trusted(folder, start)) return { file, within: '', settings: parse(text, file) };
    const found = text === null ? fromManifest(path.join(folder, MANIFEST)) : null;
    if (found && trusted(folder, start)) return found;
    if (folder === path.dirname(folder)) return null;
  }
}

/**
 * What everybody may write to, such as /tmp, holds nobody's settings, except where one works in it.
 * @param {string} folder
 * @param {string} start
 */
const trusted = (folder, start) =>
  folder === start || process.platform === 'win32' || (fs.statSync(folder).mode & 0o002) === 0;

/** @param {string} file @returns {string | null} */
function textIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (ABSENT.has(/** @type {any} */ (error).code)) return null;
    throw fromSystem(error, `read the settings in ${shownName(file)}`);
  }
}

/**
 * A package.json without the key is not about us, and one that cannot be read is for others to complain about.
 * @param {string} file
 * @returns {Source | null}
 */
function fromManifest(file) {
  const text = textIfThere(file);
  if (text === null || !text.includes(`"${KEY}"`)) return null;
  try {
    const settings = JSON.parse(text)?.[KEY];
    return settings === undefined ? null : { file, within: `${KEY}.`, settings };
  } catch {
    return null;
  }
}

/**
 * The file of `--config`.
 * @param {string} file
 * @returns {Source}
 */
function fromFile(file) {
  let text;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw fromSystem(error, `read the settings in ${shownName(file)}`);
  }
  const settings = parse(text, file);
  if (path.basename(file) !== MANIFEST) return { file, within: '', settings };
  if (/** @type {any} */ (settings)?.[KEY] === undefined)
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', `${shownName(file)} has no key "${KEY}"`);
  return { file, within: `${KEY}.`, settings: /** @type {any} */ (settings)[KEY] };
}

/** @param {string} text @param {string} file */
function parse(text, file) {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    const why = /** @type {Error} */ (error).message.replace(/\s+/g, ' ');
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', `${shownName(file)} is not JSON: ${why}`);
  }
}

/** From here where that is short, for a sentence. @param {string} file */
function shownName(file) {
  const relative = path.relative(process.cwd(), file);
  return relative.length < file.length ? relative : file;
}

module.exports = { readSettings };
