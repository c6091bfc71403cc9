// @ts-check
'use strict';

/**
 * Text from a heap as text in Markdown.
 *
 * A class may be called `<script>`, a key `](https://…)`, a file `@somebody`. In a pull request that must neither become
 * markup nor call anybody. Backslashes would do for markup alone, and make what is quoted hard to read and to search;
 * so whatever is not a plain word becomes a span of code, in which nothing means anything.
 */

const { clean } = require('../clean');

/** The longest text that is quoted whole; a class of plain objects may have a hundred keys in its name. */
const LONGEST = 600;

/**
 * Words that some renderer would take for more than a word: marks of Markdown and HTML, mentions (`@name`), references
 * (`#12`, `GH-12`), addresses, emoji (`:name:`); and places in files, which read better so.
 */
const MARKUP = /[\\`*_{}[\]<>|~#&@!$^]|:\/\/|www\.|:[\w+-]*[a-z][\w+-]*:|^GH-\d|\.\w+:\d|^\W*\w+:[\w/]/iu;

/** What opens a list, or underlines a heading, where it stands first. */
const OPENING = /^(?:[-+=]+|\d+[.)])$/;

/** Punctuation that may follow a word, and is not a part of what is quoted. */
const WORD = /^([("']*)(.*?)([)"',;:.]*)$/su;

/**
 * @param {string} text
 * @param {number} [longest]
 * @returns {string} one clean line
 */
function line(text, longest = LONGEST) {
  const cleaned = clean(text).replace(/ +/g, ' ').trim();
  if (cleaned.length <= longest) return cleaned;
  return `${[...cleaned.slice(0, longest - 1)].join('').trimEnd()}…`.replace(/\p{Surrogate}/gu, '');
}

/**
 * A span of code, in which nothing is markup.
 * @param {string} text
 * @param {number} [longest]
 */
function code(text, longest) {
  const inside = line(text, longest);
  if (inside === '') return '';
  const runs = inside.match(/`+/g) ?? [];
  const fence = '`'.repeat(runs.reduce((most, run) => Math.max(most, run.length), 0) + 1);
  const pad = inside.startsWith('`') || inside.endsWith('`') ? ' ' : '';
  return fence + pad + inside + pad + fence;
}

/**
 * Running text: plain words as they are, everything else as spans of code. What stands between backticks in the
 * engine's sentences becomes one span.
 * @param {string} text
 * @param {number} [longest]
 */
function prose(text, longest) {
  const parts = line(text, longest).match(/`[^`]+`(?=[\s,;:.)]|$)|\S+|\s+/gu) ?? [];
  return parts
    .map((part, index) => {
      if (/^`[^`]+`$/.test(part)) return code(part.slice(1, -1));
      return index === 0 && OPENING.test(part) ? code(part) : word(part);
    })
    .join('');
}

/** @param {string} text without blanks, or all blanks */
function word(text) {
  if (!MARKUP.test(text)) return text;
  const [, before, inside, after] = /** @type {RegExpExecArray} */ (WORD.exec(text));
  return inside === '' || MARKUP.test(before + after) ? code(text) : before + code(inside) + after;
}

/**
 * Something quoted in a cell of a table. A bar ends a cell even within a span of code; as an entity it does not, and
 * entities need HTML.
 * @param {string} text
 * @param {number} [longest]
 */
function cell(text, longest = 120) {
  const inside = line(text, longest);
  return inside.includes('|') ? `<code>${entities(inside)}</code>` : code(inside, longest);
}

/** @param {string} text */
const entities = (text) => text.replace(/[^\p{L}\p{N} ]/gu, (sign) => `&#${sign.codePointAt(0)};`);

/** Columns of a page on which code is not scrolled sideways. */
const COLUMNS = 100;
const LONGEST_HOP = 160;

/**
 * Hops of a path as they are, as many in a line as there is room for.
 * @param {string[]} hops
 */
function hopsBlock(hops) {
  /** @type {string[]} */
  const lines = [];
  for (const [index, text] of hops.entries()) {
    const hop = `${index === 0 ? '' : '→ '}${line(text, LONGEST_HOP)}`;
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + 1 + hop.length <= COLUMNS) lines[last] += ` ${hop}`;
    else lines.push(hop);
  }
  const runs = lines.join('\n').match(/`+/g) ?? [];
  const fence = '`'.repeat(runs.reduce((most, run) => Math.max(most, run.length), 2) + 1);
  return [`${fence}text`, ...lines, fence].join('\n');
}

module.exports = { cell, code, hopsBlock, line, prose };
