'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const numbers = require('../../../cli/render/numbers');

/** @param {(value: any) => any} format @param {Array<[any, any]>} rows */
const table = (format, rows) => () => {
  for (const [value, expected] of rows) assert.equal(format(value), expected, String(value));
};

test(
  'sizes are decimal, with one digit and never a thousand of a unit',
  table(numbers.size, [
    [0, '0 B'],
    [1, '1 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1024, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [41_312_440, '41.3 MB'],
    [5_368_709_120, '5.4 GB'],
    [2 ** 53, '9.0 PB'],
    [-1500, '-1.5 kB'],
  ]),
);

test(
  'differences have their sign, except nothing',
  table(numbers.signedSize, [
    [1500, '+1.5 kB'],
    [-1500, '-1.5 kB'],
    [0, '0 B'],
  ]),
);

test(
  'counts are grouped',
  table(numbers.count, [
    [0, '0'],
    [999, '999'],
    [1300, '1,300'],
    [1234567, '1,234,567'],
    [-1300, '-1,300'],
  ]),
);

test(
  'signed counts',
  table(numbers.signedCount, [
    [1300, '+1,300'],
    [0, '0'],
    [-1, '-1'],
  ]),
);

test('a number with its noun', () => {
  assert.equal(numbers.counted(1, 'node'), '1 node');
  assert.equal(numbers.counted(0, 'node'), '0 nodes');
  assert.equal(numbers.counted(2000, 'node'), '2,000 nodes');
});

test('shares of a whole', () => {
  assert.equal(numbers.percent(1, 8), '12.5 %');
  assert.equal(numbers.percent(1, 0), '');
});

test(
  'durations',
  table(numbers.duration, [
    [4.6, '5 ms'],
    [1234, '1.2 s'],
  ]),
);

test(
  'sizes that a person writes',
  table(numbers.parseSize, [
    ['0', 0],
    ['500000', 500_000],
    ['500kB', 500_000],
    ['500 KB', 500_000],
    ['1.5MB', 1_500_000],
    ['2g', 2e9],
    ['64MiB', 67_108_864],
    [' 10B ', 10],
    ['', null],
    ['MB', null],
    ['-5MB', null],
    ['5 parsecs', null],
    ['1e3', null],
    ['0x10', null],
  ]),
);
