// @ts-check
'use strict';

/**
 * The line that declares a holder's variable, read from the source file.
 *
 * A snapshot knows a variable's name and the file of its scope, but no line of it. Where the file is at hand, a look
 * at its text finds the line. It is a look and no parser: it must be quick, it may find nothing, and it never
 * fails. The files are named by the snapshot, so nothing but regular files of a source's size is opened.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const LARGEST_SOURCE = 4 * 1024 * 1024;

/** Comments, strings and templates. What is not closed reaches to the end, so that no text takes long. */
const NO_CODE =
  /\/\*(?:[^]*?\*\/|[^]*)|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?|`(?:\\[^]|[^`\\])*`?/g;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u;

/**
 * Completes the places of holders, and names files in sentences as a person in this directory would.
 * @param {any[]} findings of the engine's answer; changed in place
 * @param {string} [directory]
 */
async function addDeclarations(findings, directory = process.cwd()) {
  /** @type {Map<string, Promise<string | null>>} */
  const sources = new Map();
  const sourceOf = (/** @type {string} */ file) => {
    const source = sources.get(file) ?? readSource(file);
    sources.set(file, source);
    return source;
  };
  for (const finding of findings) {
    const { variable, place } = finding.holder;
    const code = variable && place ? await sourceOf(place.file) : null;
    const line = code === null ? null : lineOf(code, variable, place);
    if (line !== null && line !== place.line) {
      place.line = line;
      // The column was that of the scope's function, not of the variable.
      delete place.column;
    }
    if (place) finding.sentence = withPlace(finding.sentence, place);
    const shorten = (/** @type {string} */ text) => relativeFiles(text, directory);
    finding.sentence = shorten(finding.sentence);
    finding.evidence = finding.evidence.map(shorten);
    for (const hop of finding.path) hop.text = shorten(hop.text);
  }
}

/**
 * @param {string} file an absolute path or a file: URL
 * @returns {Promise<string | null>} the code, its comments and strings blanked; null when it cannot be read
 */
async function readSource(file) {
  try {
    const name = file.startsWith('file:') ? fileURLToPath(file) : file;
    if (!path.isAbsolute(name)) return null;
    const stat = await fs.stat(name);
    if (!stat.isFile() || stat.size > LARGEST_SOURCE) return null;
    return blanked(await fs.readFile(name, 'utf8'));
  } catch {
    return null;
  }
}

/** @param {string} source */
const blanked = (source) => source.replace(NO_CODE, (text) => text.replace(/[^\n]/g, ' '));

/**
 * @param {string} code
 * @param {string} expression what the program calls the holder: `sessions`, `store.items`, `Cache.shared`
 * @param {{ function?: string, line?: number }} scope
 * @returns {number | null} 1-based
 */
function lineOf(code, expression, { function: owner, line }) {
  const name = IDENTIFIER.exec(expression)?.[0];
  if (name === undefined) return null;
  if (line !== undefined) return name === owner ? lineOfStatic(code, name, expression, line) : null;
  const start = owner === undefined ? 0 : startOfFunction(code, owner);
  if (start === null) return null;
  for (const pattern of declarationsOf(name)) {
    const found = [...code.slice(start).matchAll(pattern)].map(
      (match) => start + match.index + match[0].length,
    );
    if (found.length > 0) {
      // A module's variables stand at its margin, those of the same name in its functions do not.
      const best = owner === undefined ? leastIndented(code, found) : found[0];
      return lineAt(code, best - 1);
    }
  }
  return owner === undefined ? null : lineAt(code, start);
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
function lineOfStatic(code, name, expression, from) {
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
    if (first !== undefined) return lineAt(code, first - 1);
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

/**
 * @param {string} code
 * @param {number} line 1-based
 * @returns {number} where it begins
 */
function offsetOf(code, line) {
  let offset = 0;
  for (let at = 1; at < line; at++) {
    const end = code.indexOf('\n', offset);
    if (end === -1) break;
    offset = end + 1;
  }
  return offset;
}

/**
 * @param {string} code
 * @param {number} position
 */
function lineAt(code, position) {
  let line = 1;
  for (let at = code.indexOf('\n'); at !== -1 && at < position; at = code.indexOf('\n', at + 1)) line++;
  return line;
}

/** @param {string} name */
const escaped = (name) => name.replace(/\$/g, '\\$');

/**
 * `… in /app/src/session.js grew …` with the line of the place.
 * @param {string} sentence
 * @param {{ file: string, line?: number }} place
 */
function withPlace(sentence, { file, line }) {
  if (line === undefined) return sentence;
  return sentence.replace(/ in (\S.*?)(?::\d+){0,2} grew /, (whole, shown) =>
    file.endsWith(shown) ? ` in ${file}:${line} grew ` : whole,
  );
}

/**
 * @param {string} text
 * @param {string} directory
 * @returns {string} the text, files below the directory named relative to it
 */
function relativeFiles(text, directory) {
  const folder = directory.endsWith(path.sep) ? directory : directory + path.sep;
  if (folder === path.parse(folder).root) return text;
  return text.replaceAll(`file://${folder}`, '').replaceAll(folder, '');
}

module.exports = { addDeclarations, blanked, lineOf, withPlace, relativeFiles };
