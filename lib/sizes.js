// @ts-check
'use strict';

/**
 * Sizes as people write them, on the command line and in environment variables.
 */

const FACTORS = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1e3],
  ['kb', 1e3],
  ['m', 1e6],
  ['mb', 1e6],
  ['g', 1e9],
  ['gb', 1e9],
  ['kib', 1024],
  ['mib', 1024 ** 2],
  ['gib', 1024 ** 3],
]);

/**
 * Reads what a person writes for a size: `500000`, `500kB`, `1.5 MB`, `64MiB`.
 * @param {string} text
 * @returns {number | null} bytes, or null when it is no size
 */
function parseSize(text) {
  const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim());
  const factor = match && FACTORS.get(match[2].toLowerCase());
  return match && factor ? Math.round(Number(match[1]) * factor) : null;
}

module.exports = { parseSize };
