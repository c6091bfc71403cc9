// @ts-check
'use strict';

/**
 * The line that adds to a collection, found in the text of the source that declares it.
 *
 * Only where there is exactly one such line: of several, the text does not tell which one leaks.
 */

const { escaped, lineAt } = require('./source-text');

/** `sessions`, `store.items`, `store.#items`; anything longer is reached by ways that a text does not show. */
const SHORT_NAME = /^(?:[\p{ID_Start}$_][\p{ID_Continue}$]*\.)?#?([\p{ID_Start}$_][\p{ID_Continue}$]*)$/u;
const ADDS =
  '(?:\\??\\.\\s*(?:set|add|push|unshift|append|enqueue)\\s*\\(|\\s*\\[[^\\]\\n]{1,120}\\]\\s*(?:\\?\\?|\\|\\|)?=(?![=>])|\\s*\\+=)';
/** What stands before a brace. How far back one looks is bounded, and so is the time it takes. */
const HEADER = 300;
const ARGUMENTS = '\\([^()]*(?:\\([^()]*\\)[^()]*)*\\)';
const NAMED = [
  new RegExp(`\\bfunction\\s*\\*?\\s*([\\w$]+)\\s*${ARGUMENTS}\\s*$`),
  new RegExp(
    `([\\w$]+)\\s*[:=]\\s*(?:async\\b\\s*)?(?:function\\s*\\*?\\s*${ARGUMENTS}|(?:${ARGUMENTS}|[\\w$]+)\\s*=>)\\s*$`,
  ),
  new RegExp(`(#?[\\w$]+)\\s*${ARGUMENTS}\\s*$`),
];
const NAMELESS = /=>\s*$/;
/** What stands before braces that are no function's. */
const BLOCKS = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await']);
/** Blocks around a line that are looked at. */
const BLOCKS_DEEP = 50;

/**
 * @param {string} code blanked
 * @param {string} expression what the program calls the collection
 * @returns {{ line: number, function?: string } | null}
 */
function additionTo(code, expression) {
  const found = additionAt(code, expression);
  if (found === null) return null;
  const { position, ...rest } = found;
  return { line: lineAt(code, position), ...rest };
}

/**
 * @param {string} code
 * @param {string} expression
 * @returns {{ position: number, function?: string } | null} `position` is the offset of the collection's name
 */
function additionAt(code, expression) {
  const name = SHORT_NAME.exec(expression)?.[1];
  if (name === undefined) return null;
  const before = expression === name ? '(?<![\\w$.#])' : '(?<=\\.\\s*#?)';
  const pattern = new RegExp(`${before}${escaped(name)}(?![\\w$])${ADDS}`, 'g');
  /** @type {number | undefined} */
  let only;
  for (const match of code.matchAll(pattern)) {
    if (only !== undefined) return null;
    only = match.index;
  }
  if (only === undefined) return null;
  const owner = functionAround(code, only);
  return { position: only, ...(owner === null ? {} : { function: owner }) };
}

/**
 * @param {string} code
 * @param {number} position
 * @returns {string | null} the name of the innermost function around it; null for one without a name, and for none
 */
function functionAround(code, position) {
  let depth = 0;
  let blocks = 0;
  for (let at = position - 1; at >= 0 && blocks < BLOCKS_DEEP; at--) {
    if (code[at] === '}') depth++;
    if (code[at] !== '{' || depth-- > 0) continue;
    depth = 0;
    blocks++;
    const header = code.slice(Math.max(0, at - HEADER), at);
    for (const pattern of NAMED) {
      const name = pattern.exec(header)?.[1];
      if (name === 'function') return null;
      // A bundler's module is a method called by its number.
      if (name !== undefined && !BLOCKS.has(name)) return /^\d/.test(name) ? null : name;
    }
    if (NAMELESS.test(header)) return null;
  }
  return null;
}

module.exports = { additionTo, additionAt };
