// @ts-check
'use strict';

/**
 * What a stream can show: how wide it is and whether it takes colours.
 */

const picocolors = require('picocolors');

/** Without a terminal nobody wraps or scrolls sideways: leave names some room, but keep lines readable. */
const PIPED_WIDTH = 120;
const NARROWEST = 40;
const WIDEST = 160;

/**
 * @typedef {object} Style
 * @property {number} width columns
 * @property {ReturnType<typeof picocolors.createColors>} colors
 */

/**
 * @param {{ isTTY?: boolean, columns?: number }} stream
 * @param {NodeJS.ProcessEnv} env
 * @returns {Style}
 */
function styleFor(stream, env) {
  const columns = (stream.isTTY && stream.columns) || Number(env.COLUMNS) || PIPED_WIDTH;
  const width = Math.min(WIDEST, Math.max(NARROWEST, columns));
  return { width, colors: picocolors.createColors(wantsColors(stream, env)) };
}

/**
 * The same order as in Node itself: FORCE_COLOR decides when it is set, then NO_COLOR, then the terminal.
 * @param {{ isTTY?: boolean }} stream
 * @param {NodeJS.ProcessEnv} env
 */
function wantsColors({ isTTY }, env) {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  if (env.NO_COLOR) return false;
  return Boolean(isTTY) && env.TERM !== 'dumb';
}

module.exports = { styleFor };
