// @ts-check
'use strict';

/**
 * The lines of source around the places that findings name, so that whoever reads a report sees the line and not only its
 * number. The places are the word of a snapshot, and a report is given to others: so only files that are called as
 * sources are, are quoted, and of those a few lines.
 */

const { readText } = require('../source-text');

const AROUND = 5;
const LONGEST_LINE = 240;
const SOURCES = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|coffee)$/i;

/**
 * @typedef {{ from: number, lines: string[] }} Excerpt
 * @param {any[]} findings
 * @returns {Promise<Record<string, Excerpt>>} by `file:line`
 */
async function sourcesOf(findings) {
  /** @type {Record<string, Excerpt>} */
  const found = {};
  for (const { holder, addedIn, allocatedIn } of findings) {
    for (const place of [holder.place, addedIn?.place, allocatedIn?.place]) {
      if (place?.line === undefined) continue;
      const key = `${place.file}:${place.line}`;
      const excerpt = found[key] ?? (await excerptOf(place.file, place.line));
      if (excerpt) found[key] = excerpt;
    }
  }
  return found;
}

/**
 * @param {string} file
 * @param {number} line 1-based
 * @returns {Promise<Excerpt | null>} null where it cannot be read, or is no source
 */
async function excerptOf(file, line) {
  const text = SOURCES.test(file) ? await readText(file) : null;
  const all = text?.split(/\r\n|\n|\r/) ?? [];
  // The source has changed since, or is another one.
  if (line < 1 || line > all.length) return null;
  const from = Math.max(1, line - AROUND);
  const lines = all.slice(from - 1, line + AROUND);
  return {
    from,
    lines: lines.map((one) => (one.length > LONGEST_LINE ? `${one.slice(0, LONGEST_LINE)}…` : one)),
  };
}

module.exports = { sourcesOf, excerptOf };
