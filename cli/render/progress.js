// @ts-check
'use strict';

/**
 * One line on stderr that says how far the work is. Only on a terminal, and only when the work takes longer
 * than a person notices: everything else would be noise in a log or a flicker on the screen.
 */

const APPEARS_AFTER_MS = 500;
const AT_MOST_EVERY_MS = 100;
const CLEAR_LINE = '\r\x1b[K';

/**
 * @param {object} options
 * @param {() => { isTTY?: boolean, columns?: number, write(text: string): unknown }} options.stream asked for when there
 *   is something to show, since opening it takes its time
 * @param {boolean} options.quiet
 * @param {number} [options.totalBytes] what there is to read, for the rate
 * @param {() => number} [options.now] milliseconds
 */
function progressLine({ stream, quiet, totalBytes = 0, now = () => process.uptime() * 1000 }) {
  const started = now();
  let drawn = -Infinity;
  let shown = false;
  return {
    /** @param {{ phase: string, fraction: number }} progress */
    update({ phase, fraction }) {
      const time = now();
      if (quiet || time - started < APPEARS_AFTER_MS || time - drawn < AT_MOST_EVERY_MS) return;
      const terminal = stream();
      if (!terminal.isTTY) return;
      drawn = time;
      shown = true;
      const { size } = require('./numbers');
      const { fit } = require('./text');
      const rate = totalBytes > 0 && fraction > 0 ? (totalBytes * fraction) / ((time - started) / 1000) : 0;
      const percent = `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`.padStart(5);
      const line = `${percent}  ${phase}${rate > 0 ? `  ${size(Math.round(rate))}/s` : ''}`;
      terminal.write(CLEAR_LINE + fit(line, (terminal.columns || 80) - 1));
    },
    /** Leaves the terminal as it was. */
    end() {
      if (shown) stream().write(CLEAR_LINE);
      shown = false;
    },
  };
}

module.exports = { progressLine };
