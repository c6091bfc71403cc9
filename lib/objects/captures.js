// @ts-check
'use strict';

/**
 * Dead captures: variables that a scope keeps although no function that is alive and sees them reads them.
 *
 * Which scopes keep what, and who sees them, the engine says; and where V8 wrote tables of scopes, who reads what. Where
 * it did not, the functions' text is asked: the script's as the snapshot has it, or the file's that the snapshot names,
 * if it begins and is as long as the script. A variable is called unread only when the text of every function that sees
 * it was found and its name stands in none of them, not even in a comment. Each row says where it is known from.
 */

const { functionText } = require('./function-text');
const { scriptCode } = require('./script-code');

/** Bytes from which on a variable is looked at. */
const LEAST = 10_000;

/**
 * @typedef {{ id: number, name: string, place?: { file: string, line?: number, column?: number }, script?: number }} Function_
 * @typedef {{ names: string[], nameFrom: string, unread: boolean, node: any }} Variable
 * @typedef {{ scope: number, variables: Variable[], closureCount?: number, functions: Function_[] }} Scope
 */

/**
 * @param {any} snapshot
 * @param {(least: number, signal?: AbortSignal) => Promise<{ scopes: Scope[], scripts: Array<{ source: number, sourceSize: number }>, leftOut: number }>} candidates
 * @param {{ top?: number, minRetained?: number, signal?: AbortSignal }} options
 */
async function findCaptures(snapshot, candidates, { top = 100, minRetained = LEAST, signal }) {
  const { scopes, scripts, leftOut } = await candidates(minRetained, signal);
  /** @type {Map<number, ReturnType<typeof scriptCode>>} */
  const codes = new Map();
  /** @type {Map<string, string | null>} texts of functions by place */
  const texts = new Map();
  /** @param {Function_} of @returns {Promise<{ text: string, from: string } | null>} */
  const textOf = async ({ place, script }) => {
    if (!place || script === undefined) return null;
    const asked = codes.get(script) ?? scriptCode(snapshot, scripts[script], place.file);
    codes.set(script, asked);
    const code = await asked;
    const key = `${script}:${place.line}:${place.column}`;
    if (!texts.has(key)) texts.set(key, code && functionText(code, place));
    const text = texts.get(key);
    return code && typeof text === 'string' ? { text, from: code.from } : null;
  };

  const found = [];
  let unknown = leftOut;
  for (const { scope, variables, closureCount, functions } of scopes) {
    signal?.throwIfAborted();
    const row = (/** @type {Variable} */ { names, nameFrom, node }, /** @type {object} */ known) => ({
      ...known,
      variable: names.join(' or '),
      nameFrom,
      scope,
      node,
      closureCount: closureCount ?? 0,
      closures: functions.slice(0, 3).map(({ id, name, place }) => ({ id, name, place })),
    });
    const open = variables.filter(({ unread }) => !unread);
    for (const variable of variables.filter(({ unread }) => unread)) {
      found.push(row(variable, { grade: 'certain', readersFrom: 'scope-tables' }));
    }
    if (open.length === 0) continue;
    const read = closureCount === undefined ? [null] : await Promise.all(functions.map(textOf));
    if (read.includes(null)) {
      unknown++;
      continue;
    }
    const known = /** @type {Array<{ text: string, from: string }>} */ (read);
    const readersFrom = known.some(({ from }) => from === 'source-files') ? 'source-files' : 'script-text';
    for (const variable of open) {
      if (known.some(({ text }) => variable.names.some((name) => mentions(text, name)))) continue;
      found.push(row(variable, { grade: 'likely', readersFrom }));
    }
  }
  found.sort((a, b) => b.node.retainedSize - a.node.retainedSize || a.scope - b.scope);
  return {
    captureCount: found.length,
    captureBytes: found.reduce((sum, { node }) => sum + node.retainedSize, 0),
    unknownCount: unknown,
    captures: found.slice(0, top),
  };
}

/**
 * @param {string} text
 * @param {string} name
 */
function mentions(text, name) {
  // What is handed to eval may read anything.
  const word = `(?<![\\p{ID_Continue}$])(?:${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}|eval)(?![\\p{ID_Continue}$])`;
  const pattern = new RegExp(word, 'u');
  return pattern.test(text) || (text.includes('\\u') && pattern.test(unescaped(text)));
}

/** A name may be written `l\u0069st`. @param {string} text */
const unescaped = (text) =>
  text.replace(/\\u(?:\{0*([\da-f]{1,6})\}|([\da-f]{4}))/gi, (whole, braced, plain) => {
    const code = Number.parseInt(braced ?? plain, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

module.exports = { findCaptures, mentions };
