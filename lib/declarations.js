// @ts-check
'use strict';

/**
 * Where a holder's variable is declared, found in the text of its source.
 */

const { escaped, lineAt, offsetOf } = require('./source-text');

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u;

/**
 * @param {string} code
 * @param {string} expression what the program calls the holder: `sessions`, `store.items`, `Cache.shared`
 * @param {{ function?: string, line?: number }} scope
 * @returns {number | null} 1-based
 */
function lineOf(code, expression, scope) {
  const at = positionOf(code, expression, scope);
  return at === null ? null : lineAt(code, at);
}

/**
 * @param {string} code
 * @param {string} expression
 * @param {{ function?: string, line?: number }} scope
 * @returns {number | null} where the declared name ends: the offset of its last character
 */
function positionOf(code, expression, { function: owner, line }) {
  const name = IDENTIFIER.exec(expression)?.[0];
  if (name === undefined) return null;
  if (line !== undefined) return name === owner ? positionOfStatic(code, name, expression, line) : null;
  const start = owner === undefined ? 0 : startOfFunction(code, owner);
  // Not of this file: the engine took the name of an import for that of the scope, which is the module.
  if (start === null) return positionOf(code, expression, {});
  for (const pattern of declarationsOf(name)) {
    const found = [...code.slice(start).matchAll(pattern)].map(
      (match) => start + match.index + match[0].length,
    );
    if (found.length > 0) {
      // A module's variables stand at its margin, those of the same name in its functions do not.
      const best = owner === undefined ? leastIndented(code, found) : found[0];
      return best - 1;
    }
  }
  return owner === undefined ? null : start;
}

/**
 * Ways to declare a name, the plain ones first. Each match ends with the name.
 * @param {string} name
 */
function declarationsOf(name) {
  const word = `(?<![\\w$.#])${escaped(name)}(?![\\w$])`;
  return [
    new RegExp(`(?<![\\w$.])(?:(?:const|let|var|class)\\s+|function(?:\\s*\\*\\s*|\\s+))${word}`, 'g'),
    // Among others: `let a = 1, name = 2`, `const { a, name } = …`, `import { name } from …`
    new RegExp(
      `(?<![\\w$.])(?:const|let|var|import)\\b[^;]{0,400}?${word}(?=\\s*[,=}\\];:]|\\s+from\\b)`,
      'g',
    ),
    new RegExp(`(?:^|[;{}])[ \\t]*(?:static\\s+)?#?${escaped(name)}(?=\\s*=[^=>])`, 'gm'),
    new RegExp(`(?<![\\w$.])(?:this|exports|self|globalThis)\\s*\\.\\s*${escaped(name)}(?=\\s*=[^=>])`, 'g'),
  ];
}

/**
 * @param {string} code
 * @param {string} name of the class or function
 * @param {string} expression
 * @param {number} from line of the class
 */
function positionOfStatic(code, name, expression, from) {
  const property = IDENTIFIER.exec(expression.slice(name.length + 1).replace(/^#/, ''))?.[0];
  if (property === undefined) return null;
  const inside = new RegExp(`(?<![\\w$.])static\\s+#?${escaped(property)}(?![\\w$])`, 'g');
  const outside = new RegExp(
    `(?<![\\w$.])${escaped(name)}\\s*\\.\\s*${escaped(property)}(?=\\s*(?:\\?\\?|\\|\\|)?=[^=>])`,
    'g',
  );
  const start = offsetOf(code, from);
  for (const pattern of [inside, outside]) {
    const ends = [...code.matchAll(pattern)].map((match) => match.index + match[0].length);
    const first = ends.find((end) => end > start) ?? ends[0];
    if (first !== undefined) return first - 1;
  }
  return null;
}

/**
 * @param {string} code
 * @param {string} name
 * @returns {number | null}
 */
function startOfFunction(code, name) {
  const word = `(?<![\\w$])#?${escaped(name)}(?![\\w$])`;
  const pattern = new RegExp(
    `(?:\\bfunction(?:\\s*\\*\\s*|\\s+)|\\bclass\\s+)${word}|${word}\\s*[:=]\\s*(?:async\\b\\s*)?(?:function\\b|\\(|[\\w$]+\\s*=>)|` +
      `(?:^|[;{},])[ \\t]*(?:static[ \\t]+|async[ \\t]+|get[ \\t]+|set[ \\t]+|\\*[ \\t]*)*${word}\\s*\\([^)]{0,400}\\)\\s*\\{`,
    'm',
  );
  const match = pattern.exec(code);
  // What the match begins with may be the end of the line before.
  return match ? match.index + match[0].search(/[^\s;{},]/) : null;
}

/**
 * @param {string} code
 * @param {number[]} positions
 */
function leastIndented(code, positions) {
  let best = positions[0];
  let bestIndent = Infinity;
  let end = -1;
  for (const position of positions) {
    // The first of a line stands for it: a minified file is one line of thousands.
    if (position <= end) continue;
    const start = code.lastIndexOf('\n', position - 1) + 1;
    end = code.indexOf('\n', position);
    if (end === -1) end = code.length;
    const indent = code.slice(start, position).search(/\S/);
    if (indent < bestIndent) [best, bestIndent] = [position, indent];
  }
  return best;
}

module.exports = { lineOf, positionOf };
