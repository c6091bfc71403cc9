// @ts-check
'use strict';

/**
 * Memory over time as lines that come as they are known: in a terminal, a pipe or a log. The heads stand again after a
 * screenful.
 */

const { duration, signedSize, size } = require('./numbers');
const { clean, padStart, wrap } = require('./text');

const WIDTHS = { time: 8, figure: 11 };
const SCREENFUL = 20;

/** @type {Array<['rss' | 'heapUsed' | 'heapTotal' | 'external' | 'arrayBuffers', string]>} */
const FIGURES = [
  ['rss', 'RESIDENT'],
  ['heapUsed', 'HEAP USED'],
  ['heapTotal', 'HEAP TOTAL'],
  ['external', 'EXTERNAL'],
  ['arrayBuffers', 'BUFFERS'],
];

/** @param {import('./style').Style} style */
function monitorLines(style) {
  const { bold, dim, yellow } = style.colors;
  /** @type {typeof FIGURES} */
  let shown = [];
  /** @type {import('../running/monitor').Sample | undefined} */
  let first;
  let rows = 0;
  return {
    /** @param {import('../running/monitor').Sample} sample */
    sample(sample) {
      const lines = [];
      if (!first) {
        shown = FIGURES.filter(([name]) => sample[name] !== null);
        // Time and change stand beside them; what does not fit is the last to be missed.
        const room = Math.floor((style.width - WIDTHS.time - 2 * WIDTHS.figure) / WIDTHS.figure);
        shown = shown.slice(0, Math.max(1, room + 1));
      }
      if (first && sample.pid !== first.pid) {
        lines.push(yellow(`  it is process ${sample.pid} now, and was ${first.pid}`));
        first = undefined;
      }
      first ??= sample;
      if (rows++ % SCREENFUL === 0)
        lines.push(bold(row('TIME', ...shown.map(([, title]) => title), 'CHANGE')));
      const [counted] = shown.find(([name]) => name === 'heapUsed') ?? shown[0];
      const change = (sample[counted] ?? 0) - (first[counted] ?? 0);
      lines.push(
        row(clock(sample.at), ...shown.map(([name]) => size(sample[name] ?? 0)), signedSize(change)),
      );
      return `${lines.join('\n')}\n`;
    },
    /** @param {any} alert */
    alert: ({ message }) =>
      `${wrap(clean(message), style.width - 2)
        .map((line, index) => yellow(`${index === 0 ? '!' : ' '} ${line}`))
        .join('\n')}\n`,
    /**
     * @param {any} answer
     * @param {number} elapsedMs
     */
    ending({ samples, alerts, summary, ended }, elapsedMs) {
      const of = Object.hasOwn(summary, 'heapUsed') ? 'heapUsed' : 'rss';
      const { first: from, last, min, max } = summary[of] ?? { first: 0, last: 0, min: 0, max: 0 };
      const what = of === 'rss' ? 'Resident memory' : 'Heap in use';
      const told =
        alerts.length === 0 ? 'no alert' : alerts.length === 1 ? '1 alert' : `${alerts.length} alerts`;
      return [
        '',
        bold(
          `${what} ${size(from)} → ${size(last)} (${signedSize(last - from)}), between ${size(min)} and ${size(max)}.`,
        ),
        dim(
          `${samples.length === 1 ? '1 look' : `${samples.length} looks`} in ${duration(elapsedMs)}, ${told}.`,
        ),
        ...(ended ? [`The app is gone: ${clean(ended.why)}.`] : []),
        '',
      ].join('\n');
    },
  };
}

/** @param {string[]} cells */
const row = (...cells) =>
  cells.map((cell, index) => padStart(cell, index === 0 ? WIDTHS.time : WIDTHS.figure)).join('');

/** In the time of this machine. @param {string} at */
function clock(at) {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((value) => String(value).padStart(2, '0'))
    .join(':');
}

module.exports = { monitorLines };
