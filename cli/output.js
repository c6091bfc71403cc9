// @ts-check
'use strict';

/**
 * Prints an answer: the JSON document as the API gives it, or the text made from it.
 */

const { styleFor } = require('./render/style');

/**
 * @param {any} answer
 * @param {boolean | undefined} json
 * @param {(answer: any, style: import('./render/style').Style) => string} render
 * @param {import('./main').Context} context
 */
function print(answer, json, render, { stdout, env }) {
  stdout.write(json ? `${JSON.stringify(answer, null, 2)}\n` : render(answer, styleFor(stdout, env)));
}

module.exports = { print };
