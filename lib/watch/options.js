// @ts-check
'use strict';

/**
 * How the options of watching are read: times and shares as people write them, and nothing that could be meant in two
 * ways.
 */

const { directoryOptions, heapOptions } = require('../capture/options');
const { HeapAnalyzerError, badArgument } = require('../errors');
const { abortSignal, callback, flag, integer, readOptions } = require('../options');

const UNITS = { ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000 };

/** setTimeout takes no more; anything longer would fire at once. */
const LONGEST = 2 ** 31 - 1;

/**
 * @param {number} least
 * @returns {(value: unknown, name: string) => number} milliseconds
 */
const duration = (least) => (value, name) => {
  const [, amount, unit = 'ms'] =
    typeof value === 'string' ? (/^(\d+(?:\.\d+)?) ?(ms|s|min|m|h)$/.exec(value) ?? []) : [];
  const milliseconds =
    typeof value === 'number' ? value : Number(amount) * UNITS[/** @type {keyof typeof UNITS} */ (unit)];
  if (milliseconds >= least && milliseconds <= LONGEST) return milliseconds;
  throw badArgument(
    name,
    `milliseconds from ${least} to ${LONGEST}, or a text such as "30s", "5min" or "1h"`,
    value,
  );
};

/** @type {(value: unknown, name: string) => number} */
const growth = (value, name) => {
  const [, percent] = typeof value === 'string' ? (/^(\d+(?:\.\d+)?) ?%$/.exec(value) ?? []) : [];
  const share = percent === undefined ? value : Number(percent) / 100;
  // 50 for "50 %" would wait for fifty-fold growth, and nobody would notice.
  if (typeof share === 'number' && share > 0 && (percent !== undefined || share <= 10)) return share;
  throw badArgument(name, 'a share up to 10 (0.5 is half as much again) or a text such as "50%"', value);
};

const bytes = integer(1, Number.MAX_SAFE_INTEGER);

const { signal: _signal, threadId: _thread, ...ofCaptures } = heapOptions;

/** @param {unknown} value @param {string} name */
function object(value, name) {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value;
  throw badArgument(name, 'true, false or an object', value);
}

/** @type {(value: unknown, name: string) => Record<string, any> | false} */
const captures = (value, name) => {
  if (typeof value === 'boolean') return value ? {} : false;
  return readOptions(name, object(value, name), { ...ofCaptures, ...directoryOptions });
};

/** @type {(value: unknown, name: string) => { count?: number, force?: boolean } | false} */
const nearLimit = (value, name) => {
  if (typeof value === 'boolean') return value ? {} : false;
  return readOptions(name, object(value, name), { count: integer(1, 16), force: flag });
};

/** @param {unknown} given */
function readWatchOptions(given) {
  const read = readOptions('watchMemory', given, {
    heapUsedAbove: bytes,
    rssAbove: bytes,
    growthAbove: growth,
    every: duration(10),
    warmUp: duration(0),
    coolDown: duration(0),
    snapshot: captures,
    maxSnapshots: integer(0, 1000),
    onAlert: callback,
    gauge: callback,
    nearHeapLimit: nearLimit,
    signal: abortSignal,
  });
  const { heapUsedAbove, rssAbove, growthAbove, gauge, nearHeapLimit } = read;
  if ([heapUsedAbove, rssAbove, growthAbove, gauge, nearHeapLimit].every((value) => value === undefined)) {
    const what =
      'watchMemory() has nothing to watch for: give it `heapUsedAbove`, `rssAbove`, `growthAbove` or a `gauge`';
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', what);
  }
  return read;
}

module.exports = { readWatchOptions, duration, growth };
