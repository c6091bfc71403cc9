// @ts-check
'use strict';

/**
 * What the key Tab offers: words of the shell, members of what a variable stands for, names of classes and questions
 * inside of quotes. Nothing is run to find out: only plain variables are looked at.
 */

const { QUESTIONS } = require('../../lib/objects/questions');

const FILTERS = [
  'class',
  'name',
  'type',
  'property',
  'minSelf',
  'minRetained',
  'maxRetained',
  'minReferences',
  'newerThan',
  'detached',
  'where',
];

/**
 * @param {string} line up to the cursor
 * @param {any} context
 * @returns {[offered: string[], part: string]} as readline wants it
 */
function complete(line, context) {
  const question = /\bquery\(\s*['"]([\w-]*)$/.exec(line);
  if (question) return matching(Object.keys(QUESTIONS), question[1]);
  const quoted = /\bclass\s*:\s*(['"])([^'"]*)$/.exec(line);
  if (quoted) return matching([...new Set(context.snapshot.classNames)], quoted[2]);
  const type = /\btype\s*:\s*\[?\s*(['"])([^'"]*)$/.exec(line);
  if (type) return matching(context.snapshot.typeNames, type[2]);
  const filter = /\bnodes\(\s*\{(?:[^}]*,)?\s*(\w*)$/.exec(line);
  if (filter) return matching(FILTERS, filter[1]);
  const member = /([\p{ID_Start}$_][\p{ID_Continue}$]*)\??\.(\w*)$/u.exec(line);
  if (member) return matching(membersOf(context[member[1]]), member[2]);
  const word = /[\p{ID_Continue}$]*$/u.exec(line)?.[0] ?? '';
  return matching([...Object.keys(context), 'help', 'more', 'exit'], word);
}

/**
 * @param {string[]} words
 * @param {string} part
 * @returns {[string[], string]}
 */
const matching = (words, part) => [words.filter((word) => word.startsWith(part)).sort(), part];

/** @param {any} value */
function membersOf(value) {
  const names = new Set();
  for (let at = Object(value); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) if (/^[a-z]\w*$/i.test(name)) names.add(name);
  }
  names.delete('constructor');
  return value === undefined || value === null ? [] : [...names];
}

module.exports = { complete };
