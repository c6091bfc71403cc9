// @ts-check
'use strict';

/**
 * The code of a script that a snapshot knows: as V8 wrote it, which is its first 1024 units, or all of a short one; or the
 * file that the script is called after, if that is still the same.
 *
 * A file may have changed since, and what ran may have been made from it by a compiler. It is believed when it begins as
 * the script does and is as long; of what V8 keeps outside of its heap, about a million characters and more, the length
 * is not known, and the beginning decides.
 */

const { blanked } = require('../source-text');
const { readCode } = require('./function-text');

/** Units of a script that are asked for. */
const LONGEST = 4 * 1024 * 1024;

/** V8 writes what takes two units in one of its own: such a text has moved. */
const BROKEN = /[\ud800-\ufaff\ufffd]/;

/**
 * @param {any} snapshot
 * @param {{ source: number, sourceSize: number }} script ordinal and size of the string that is its text
 * @param {string} file as the snapshot names it
 * @returns {Promise<(import('./function-text').Source & { from: 'script-text' | 'source-files' }) | null>}
 */
async function scriptCode(snapshot, { source, sourceSize }, file) {
  const node = snapshot.nodeAt(source);
  const told = node.describeValue({ limit: LONGEST });
  if (told?.type !== 'string' || told.sliceOf !== undefined) return null;
  const { text, truncated = false, cutParts = 0 } = told;
  const whole = !truncated && cutParts === 0;
  if (whole && !BROKEN.test(text)) return { text, code: blanked(text), from: 'script-text' };
  // A text that was put together is no file's.
  if (node.type !== 'string') return null;
  const read = await readCode(file);
  if (read === null) return null;
  const code = read.text.replace(/^\ufeff/, '');
  if (!isSame(code, text, sourceSize, file)) return null;
  return { text: code, code: blanked(code), from: 'source-files' };
}

/**
 * @param {string} code of the file
 * @param {string} start as V8 wrote it
 * @param {number} size of V8's string in bytes
 * @param {string} file
 */
function isSame(code, start, size, file) {
  const isTyped = /\.[mc]?ts$/.test(file);
  // Of types, which Node takes out, blanks are left; and it adds where the text is from.
  const lengths = [code.length, ...(isTyped ? [code.length + `\n\n//# sourceURL=${file}`.length] : [])];
  if (size > 64 && !lengths.some((length) => sizesOf(length).includes(size))) return false;
  const written = asWritten(code.slice(0, 2 * start.length));
  // The last unit may be half of a character.
  for (let at = 0; at < start.length - 1; at++) {
    if (start[at] !== written[at] && start[at] !== '\ufffd' && !(isTyped && start[at] === ' ')) return false;
  }
  return true;
}

/** Bytes of a string of so many units: one or two each, with a header, in whole words. @param {number} length */
const sizesOf = (length) => [length, 2 * length].map((bytes) => Math.ceil((16 + bytes) / 8) * 8);

/** As V8 writes it: of each character the lower 16 bits. @param {string} text */
const asWritten = (text) =>
  Array.from(text, (letter) =>
    String.fromCharCode(/** @type {number} */ (letter.codePointAt(0)) & 0xffff),
  ).join('');

module.exports = { scriptCode, isSame };
