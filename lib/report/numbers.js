// @ts-check
'use strict';

/**
 * Numbers as people read them, on a terminal and in reports. Sizes are decimal, as disks and network tools count them:
 * 1 MB = 1,000,000 bytes.
 */

const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'];

/**
 * `0 B`, `999 B`, `1.2 kB`, `41.3 MB`.
 * @param {number} bytes
 * @returns {string}
 */
function size(bytes) {
  if (bytes < 0) return `-${size(-bytes)}`;
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  let unit = 0;
  // 999.95 and more would be printed as 1000.0.
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}

/** @param {number} bytes a difference: always with its sign, except nothing */
const signedSize = (bytes) => (bytes > 0 ? `+${size(bytes)}` : size(bytes));

/**
 * `1,234,567`. Not by toLocaleString: the same on every machine, and much faster.
 * @param {number} value
 * @returns {string}
 */
function count(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** @param {number} value a difference */
const signedCount = (value) => (value > 0 ? `+${count(value)}` : count(value));

/**
 * @param {number} part
 * @param {number} whole
 * @returns {string} `12.3 %`, or nothing when there is no whole
 */
function percent(part, whole) {
  if (!(whole > 0)) return '';
  return `${((part / whole) * 100).toFixed(1)} %`;
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/**
 * "1 node", "2 nodes".
 * @param {number} value
 * @param {string} noun
 */
const counted = (value, noun) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

module.exports = { size, signedSize, count, signedCount, counted, percent, duration };
