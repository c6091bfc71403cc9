// @ts-check
'use strict';

/**
 * The text of a source file, for a look at where something stands in it. It is a look and no parser: it must be quick
 * on any text, it may find nothing, and it never fails. The files are named by a snapshot, so nothing but regular
 * files of a source's size is opened.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const LARGEST_SOURCE = 4 * 1024 * 1024;

/** Comments, strings and templates. What is not closed reaches to the end, so that no text takes long. */
const NO_CODE =
  /\/\*(?:[^]*?\*\/|[^]*)|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?|`(?:\\[^]|[^`\\])*`?/g;

/**
 * @param {string} file an absolute path or a file: URL
 * @returns {Promise<string | null>} the code, its comments and strings blanked; null when it cannot be read
 */
async function readSource(file) {
  const text = await readText(file);
  return text === null ? null : blanked(text);
}

/**
 * @param {string} file an absolute path or a file: URL
 * @returns {Promise<string | null>} as it stands there; null when it cannot be read
 */
async function readText(file) {
  try {
    const name = file.startsWith('file:') ? fileURLToPath(file) : file;
    if (!path.isAbsolute(name)) return null;
    const stat = await fs.stat(name);
    if (!stat.isFile() || stat.size > LARGEST_SOURCE) return null;
    return await fs.readFile(name, 'utf8');
  } catch {
    return null;
  }
}

/** @param {string} source */
const blanked = (source) => source.replace(NO_CODE, (text) => text.replace(/[^\n]/g, ' '));

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

/**
 * @param {string} code
 * @param {number} position
 * @returns {number} 1-based, as editors count
 */
const columnAt = (code, position) => position - code.lastIndexOf('\n', position - 1);

/** @param {string} name */
const escaped = (name) => name.replace(/\$/g, '\\$');

module.exports = { readSource, readText, blanked, offsetOf, lineAt, columnAt, escaped };
