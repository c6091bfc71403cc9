// @ts-check
'use strict';

/**
 * The text of a function, from the place that a snapshot gives of it: where its parameters begin.
 *
 * No snapshot says where a function ends. The end is looked for by its brackets, in the code without comments and
 * strings, and what was found is believed only if it compiles as a function. Compiling runs nothing.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const vm = require('node:vm');
const { blanked, offsetOf } = require('../source-text');

const LARGEST_SOURCE = 4 * 1024 * 1024;
const OPENING = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

/**
 * @typedef {{ text: string, code: string }} Source as it stands, and without comments and strings
 * @param {string} file as a snapshot names it
 * @returns {Promise<Source | null>}
 */
async function readCode(file) {
  try {
    const name = file.startsWith('file:') ? fileURLToPath(file) : file;
    if (!path.isAbsolute(name)) return null;
    const stat = await fs.stat(name);
    if (!stat.isFile() || stat.size > LARGEST_SOURCE) return null;
    const text = await fs.readFile(name, 'utf8');
    return { text, code: blanked(text) };
  } catch {
    return null;
  }
}

/**
 * @param {Source} source
 * @param {{ line?: number, column?: number }} place
 * @returns {string | null} null when it cannot be told
 */
function functionText(source, { line, column }) {
  if (line === undefined || column === undefined) return null;
  const start = offsetOf(source.code, line) + column - 1;
  for (const end of ends(source.code, start)) {
    const text = source.text.slice(start, end);
    if (isFunction(text)) return text;
  }
  return null;
}

/**
 * Where a function that begins here may end: after the block behind its parameters, or, of an arrow function with an
 * expression for its body, where that expression cannot go on.
 * @param {string} code
 * @param {number} start
 */
function* ends(code, start) {
  const parameters = code[start] === '(' ? closing(code, start) : wordEnd(code, start);
  if (parameters === null) return;
  const between = /^\s*(=>)?\s*/.exec(code.slice(parameters, parameters + 200));
  const body = parameters + (between?.[0].length ?? 0);
  if (code[body] === '{') {
    const end = closing(code, body);
    if (end !== null) yield end;
    return;
  }
  if (!between?.[1]) return;
  // The longest first: too much of a text says of a variable that it may be read, too little says that it is not.
  const lines = [];
  for (let at = body; at <= code.length; at++) {
    const letter = code[at];
    if (letter === undefined || /[),;\]}]/.test(letter)) {
      yield at;
      break;
    }
    if (letter === '\n') lines.push(at);
    if (!OPENING.has(letter)) continue;
    const end = closing(code, at);
    if (end === null) return;
    at = end - 1;
  }
  yield* lines.reverse();
}

/**
 * @param {string} code
 * @param {number} start of a bracket
 * @returns {number | null} the offset behind the one that closes it
 */
function closing(code, start) {
  const open = [];
  for (let at = start; at < code.length; at++) {
    const letter = code[at];
    const closer = OPENING.get(letter);
    if (closer) open.push(closer);
    else if (letter === ')' || letter === ']' || letter === '}') {
      if (open.pop() !== letter) return null;
      if (open.length === 0) return at + 1;
    }
  }
  return null;
}

/**
 * @param {string} code
 * @param {number} start
 */
function wordEnd(code, start) {
  const word = /^(?:async\s+)?[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(code.slice(start, start + 300));
  return word ? start + word[0].length : null;
}

/** @param {string} text */
function isFunction(text) {
  const forms = [
    `(function ${text})`,
    `(async function* ${text})`,
    `(${text})`,
    `(async ${text})`,
    // What may call super(), and use #fields: the names of those are its class's, and here it has them all.
    `(class extends Object { ${fieldsOf(text)}; constructor${text} })`,
    `(class extends Object { ${fieldsOf(text)}; async *method${text} })`,
  ];
  return forms.some((form) => {
    try {
      new vm.Script(form);
      return true;
    } catch {
      return false;
    }
  });
}

/** @param {string} text */
const fieldsOf = (text) => [...new Set(text.match(/#[\p{ID_Start}$_][\p{ID_Continue}$]*/gu))].join('; ');

module.exports = { functionText, readCode };
