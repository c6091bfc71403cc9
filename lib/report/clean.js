// @ts-check
'use strict';

/**
 * Text from a heap without what would act on its reader.
 *
 * Names in a snapshot are whatever a program had in its memory. Printed as they are they could clear the screen,
 * retitle the window, or reverse the reading direction of the table around them; so everything that a terminal or an
 * editor acts upon is taken out.
 */

/**
 * Control characters (C0, DEL, C1), marks that change the reading direction, lone surrogates, and the
 * separators that some terminals take for a line's end.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/**
 * @param {string} text
 * @returns {string} one line without anything that a terminal would act upon
 */
function clean(text) {
  return text.replace(/[\t\n\r]+/g, ' ').replace(UNSAFE, '\ufffd');
}

module.exports = { clean };
