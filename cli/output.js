// @ts-check
'use strict';

/**
 * Prints an answer: the JSON document as the API gives it, or the text made from it.
 */

/**
 * @param {any} answer
 * @param {boolean | undefined} json
 * @param {(answer: any, style: import('./render/style').Style) => string} render
 * @param {import('./main').Context} context
 */
function print(answer, json, render, context) {
  context.stdout.write(json ? `${JSON.stringify(answer, null, 2)}\n` : asText(answer, render, context));
}

/**
 * @param {any} answer
 * @param {Parameters<typeof print>[2]} render
 * @param {import('./main').Context} context
 */
function asText(answer, render, { stdout, env }) {
  const { styleFor } = require('./render/style');
  const style = styleFor(stdout, env);
  return fitted(render(answer, style), style, stdout);
}

/**
 * A pipe takes lines of any length, and whoever reads from it wants them whole.
 * @param {string} text
 * @param {import('./render/style').Style} style
 * @param {{ isTTY?: boolean }} stream
 */
const fitted = (text, { width }, { isTTY }) => (isTTY ? require('./render/fold').fold(text, width) : text);

module.exports = { print, fitted };
