// @ts-check
'use strict';

/**
 * JSON with everything escaped that a terminal, a log or a page could take for more than text: text from a heap is
 * anybody's text, and JSON is where it leaves through.
 */

/** Controls (C1 are commands to some terminals), marks that turn text around, and what begins markup. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff<>&]/g;

/**
 * @param {unknown} value
 * @param {RegExp} [escaped]
 */
function jsonText(value, escaped = UNSAFE) {
  return JSON.stringify(value).replace(
    escaped,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

module.exports = { jsonText };
