// @ts-check
'use strict';

/**
 * A document of a bounded length: what matters most stands first, and what does not fit is counted instead.
 */

const { count, counted } = require('../numbers');

/** A comment on GitHub has room for 65,536 characters. */
const MAX_LENGTH = 60_000;

/** Kept free for saying what was left out. */
const GAP = 400;

/**
 * @typedef {object} Part
 * @property {string} text
 * @property {string} [counts] what it is one of (`finding`), where leaving it out is to be told
 * @property {string} [shorter] instead of it, where the whole does not fit
 */

/**
 * @param {Part[]} parts in the order of their worth
 * @param {Part[]} notes that stand at the end: for them up to half of the room
 * @param {number} [maxLength] UTF-16 units
 * @returns {string}
 */
function document(parts, notes, maxLength = MAX_LENGTH) {
  /** @type {Map<string, number>} */
  const left = new Map();
  const ending = fitting(notes, maxLength / 2, left);
  const room = maxLength - GAP - lengthOf(ending);
  const body = fitting(parts, room, left);
  const gap = [];
  if (left.size > 0) {
    const what = [...left].map(([noun, n]) => counted(n, noun)).join(', ');
    const why = `Left out, as this report has at most ${count(maxLength)} characters: ${what}.`;
    gap.push(`${why} The answer as JSON (\`--json\`) has everything.`);
  }
  return `${[...body, ...gap, ...ending].join('\n\n')}\n`;
}

/**
 * As many of the first parts as there is room for: nothing stands behind a gap, or a reader would take what follows
 * for all there is.
 * @param {Part[]} parts
 * @param {number} room
 * @param {Map<string, number>} left counts those that are left out
 */
function fitting(parts, room, left) {
  /** @type {string[]} */
  const kept = [];
  let free = room;
  for (const { text, shorter, counts = 'part' } of parts) {
    const fits = [text, shorter].find((words) => words !== undefined && words.length + 2 <= free);
    if (fits !== undefined) {
      kept.push(fits);
      free -= fits.length + 2;
    } else {
      free = 0;
      left.set(counts, (left.get(counts) ?? 0) + 1);
    }
  }
  return kept;
}

/** @param {string[]} texts */
const lengthOf = (texts) => texts.reduce((sum, text) => sum + text.length + 2, 0);

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {boolean} [left] text; numbers stand on the right
 * @property {(row: any) => string} value escaped
 *
 * @param {Column[]} columns
 * @param {any[]} rows
 * @returns {string}
 */
function table(columns, rows) {
  const titles = columns.map(({ title }) => title);
  const rules = columns.map(({ left }) => (left ? '---' : '---:'));
  const lines = [titles, rules, ...rows.map((row) => columns.map(({ value }) => value(row) || ' '))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * @param {string} title
 * @param {number} shown
 * @param {number} all
 */
const heading = (title, shown, all) =>
  `### ${title} (${shown < all ? `${count(shown)} of ${count(all)}` : count(all)})`;

module.exports = { document, heading, table };
