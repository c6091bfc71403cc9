// @ts-check
'use strict';

/**
 * The snapshots of a directory as a table, oldest first: the order in which find-leaks would take them.
 */

const path = require('node:path');
const { count, counted, size } = require('./numbers');
const { table } = require('./table');
const { clean, wrap } = require('./text');

const STATES = { whole: 'whole', broken: 'broken', unchecked: 'not read' };

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 * @param {{ place: string, pid?: number }} asked
 */
function renderListing({ snapshots }, style, { place, pid }) {
  const { bold, dim, red } = style.colors;
  const of = pid === undefined ? '' : ` of process ${pid}`;
  if (snapshots.length === 0) return `No snapshots${of} in ${clean(place)}.\n`;
  const total = snapshots.reduce(
    (/** @type {number} */ sum, /** @type {any} */ row) => sum + row.sizeBytes,
    0,
  );
  const number = (/** @type {number | undefined} */ value) => (value === undefined ? '–' : count(value));
  const plain = (/** @type {number | undefined} */ value) => (value === undefined ? '–' : String(value));
  const columns = [
    { title: 'NAME', name: true, value: (/** @type {any} */ row) => path.basename(row.path) },
    { title: 'SIZE', value: (/** @type {any} */ row) => size(row.sizeBytes) },
    { title: 'NODES', value: (/** @type {any} */ row) => number(row.nodeCount) },
    {
      title: 'STATE',
      left: true,
      value: (/** @type {any} */ row) => STATES[/** @type {keyof typeof STATES} */ (row.state)],
      paint: (/** @type {string} */ text, /** @type {any} */ row) =>
        row.state === 'broken' ? red(text) : text,
    },
    { title: 'TIME', left: true, optional: true, value: (/** @type {any} */ row) => timeText(row) },
    { title: 'PROCESS', optional: true, value: (/** @type {any} */ row) => plain(row.pid) },
    {
      title: 'INDEX',
      left: true,
      optional: true,
      value: (/** @type {any} */ row) => (row.indexed ? 'yes' : ''),
    },
  ];
  const broken = snapshots.filter((/** @type {any} */ row) => row.state === 'broken');
  const unread = snapshots.some((/** @type {any} */ row) => row.state === 'unchecked');
  const written = snapshots.some((/** @type {any} */ row) => row.timeFrom === 'file');
  const lines = [
    bold(`${counted(snapshots.length, 'snapshot')}${of} in ${clean(place)}, ${size(total)}`),
    '',
    ...table(columns, snapshots, style),
    ...(broken.length > 0 ? [''] : []),
    ...broken.flatMap((/** @type {any} */ row) =>
      // The sentence names the file.
      wrap(clean(row.trouble), style.width),
    ),
    '',
    ...(written ? [dim('~ when the file was written: it does not tell when it was captured.')] : []),
    ...(unread ? [dim('not read: --check reads every file to its end.')] : []),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** In the time of this machine, to the second. @param {{ time: string, timeFrom: string }} row */
function timeText({ time, timeFrom }) {
  const date = new Date(time);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const hour = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${timeFrom === 'file' ? '~' : ''}${day} ${hour}`;
}

module.exports = { renderListing };
