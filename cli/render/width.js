// @ts-check
'use strict';

/**
 * How many columns a text takes on a terminal. Not what `length` says: a letter may carry marks, an emoji may be joined from
 * several, and half of the world's letters are two columns wide.
 */

/** Combining marks, the vowels and tails of conjoined Hangul, and joiners that show nothing by themselves. */
const NO_WIDTH =
  /^(?:\p{Mn}|\p{Me}|[\u1160-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb\u200b-\u200d\u2060-\u2064]|[\u{e0020}-\u{e007f}])$/u;

/**
 * Two columns: what Unicode calls wide or full-width, and characters that are shown as emoji. A test holds it against
 * Unicode's own table.
 */
const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{16ff1}\u{17000}-\u{18d7f}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]$|^(?!\p{Regional_Indicator})\p{Emoji_Presentation}$/u;

const PICTURE = /^\p{Extended_Pictographic}$/u;
const SKIN_TONE = /^\p{Emoji_Modifier}$/u;
const FLAG_LETTER = /^\p{Regional_Indicator}$/u;

/** Joins the pictures before and after it into one. */
const JOINER = '\u200d';
/** Has the character before it shown as a picture. */
const AS_PICTURE = '\ufe0f';

/** Every character of these takes one column and stands alone. */
const SIMPLE = /^[\u0020-\u02ff]*$/;

/** @param {string} character one code point */
function characterWidth(character) {
  const code = /** @type {number} */ (character.codePointAt(0));
  if (code < 0x300) return 1;
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/**
 * The text in the pieces that a terminal shows as one, each with the columns that it takes: a letter with its marks, a flag,
 * a family joined from its members.
 * @param {string} text without control characters
 * @returns {Array<[piece: string, columns: number]>}
 */
function shownPieces(text) {
  /** @type {Array<[piece: string, columns: number]>} */
  const all = [];
  let before = '';
  let halfFlag = false;
  for (const character of text) {
    const columns = characterWidth(character);
    const last = all[all.length - 1];
    /** @type {boolean} */
    const completesFlag = halfFlag && FLAG_LETTER.test(character);
    halfFlag = !completesFlag && FLAG_LETTER.test(character);
    const belongs =
      columns === 0 ||
      completesFlag ||
      (before === JOINER && PICTURE.test(character)) ||
      (SKIN_TONE.test(character) && last?.[1] === 2);
    if (last && belongs) {
      if (completesFlag || (character === AS_PICTURE && PICTURE.test(before))) last[1] = 2;
      last[0] += character;
    } else all.push([character, columns]);
    before = character;
  }
  return all;
}

/**
 * Columns that a text takes.
 * @param {string} text without control characters
 */
function width(text) {
  if (SIMPLE.test(text)) return text.length;
  return shownPieces(text).reduce((total, [, columns]) => total + columns, 0);
}

module.exports = { shownPieces, width };
