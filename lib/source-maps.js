// @ts-check
'use strict';

/**
 * From the place in a bundle to the place in what was written: source maps, inline, beside the file, or in a folder of
 * their own. A missing or broken map is no error: then the place in the bundle is what is known.
 */

const fs = require('node:fs/promises');
const { SourceMap } = require('node:module');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const LARGEST_MAP = 256 * 1024 * 1024;
/** A reference stands at the end of a file; an inline map may be all of it. */
const REFERENCE = /^[ \t]*\/\/[#@][ \t]*sourceMappingURL=(\S+)[ \t]*$/gm;
const INLINE = /^data:application\/json(?:;charset=[\w-]+)?(;base64)?,/i;

/**
 * @typedef {{ file: string, line: number, column: number, name?: string }} Original line and column count from 1
 * @typedef {(line: number, column: number) => Original | null} Lookup of a place in the bundle
 */

/**
 * @param {string} file the bundle: an absolute path or a file: URL
 * @param {string} [directory] where else maps may be, by the names of their bundles
 * @returns {Promise<Lookup | null>}
 */
async function readMap(file, directory) {
  try {
    const bundle = file.startsWith('file:') ? fileURLToPath(file) : file;
    if (!path.isAbsolute(bundle)) return null;
    const found = (await referredMap(bundle)) ?? (await namedMap(bundle, directory));
    return found && lookup(found.text, found.base);
  } catch {
    return null;
  }
}

/**
 * The map that the bundle itself names.
 * @param {string} bundle
 */
async function referredMap(bundle) {
  const code = await readText(bundle);
  const url = code === null ? undefined : [...code.matchAll(REFERENCE)].pop()?.[1];
  if (url === undefined) return null;
  const inline = INLINE.exec(url);
  if (inline) {
    const data = url.slice(inline[0].length);
    const text = inline[1] ? Buffer.from(data, 'base64').toString() : decodeURIComponent(data);
    return { text, base: path.dirname(bundle) };
  }
  if (/^[a-z][\w+.-]+:/i.test(url) && !url.startsWith('file:')) return null;
  const place = url.startsWith('file:')
    ? fileURLToPath(url)
    : path.resolve(path.dirname(bundle), decodeURIComponent(url));
  const text = await readText(place);
  return text === null ? null : { text, base: path.dirname(place) };
}

/**
 * The map beside the bundle, or of its name in the folder of maps.
 * @param {string} bundle
 * @param {string} [directory]
 */
async function namedMap(bundle, directory) {
  const places = [`${bundle}.map`];
  if (directory !== undefined) places.unshift(path.resolve(directory, `${path.basename(bundle)}.map`));
  for (const place of places) {
    const text = await readText(place);
    // Sources are named from where the map would be beside its bundle.
    if (text !== null) return { text, base: path.dirname(bundle) };
  }
  return null;
}

/** @param {string} file */
async function readText(file) {
  try {
    const stat = await fs.stat(file);
    return stat.isFile() && stat.size <= LARGEST_MAP ? await fs.readFile(file, 'utf8') : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} text
 * @param {string} base directory that sources are relative to
 * @returns {Lookup}
 */
function lookup(text, base) {
  const payload = JSON.parse(text);
  // Node joins the root to each source itself in some versions; here it is done once, for all of them.
  const root = payload.sourceRoot ?? '';
  const map = new SourceMap({ ...payload, sourceRoot: '' });
  return (line, column) => {
    const entry = /** @type {any} */ (map.findEntry(line - 1, column - 1));
    if (typeof entry?.originalSource !== 'string' || entry.generatedLine !== line - 1) return null;
    return {
      file: sourceFile(entry.originalSource, root, base),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
      ...(typeof entry.name === 'string' && entry.name !== '' ? { name: entry.name } : {}),
    };
  };
}

/**
 * @param {string} source
 * @param {string} root
 * @param {string} base
 */
function sourceFile(source, root, base) {
  if (source.startsWith('file:')) return fileURLToPath(source);
  if (/^[a-z][\w+.-]+:/i.test(source)) return source;
  if (/^[a-z][\w+.-]+:/i.test(root) && !root.startsWith('file:')) return root + source;
  const folder = root.startsWith('file:') ? fileURLToPath(root) : root;
  return path.resolve(base, folder, source);
}

module.exports = { readMap };
