'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { styleFor } = require('../../../cli/render/style');
const { table } = require('../../../cli/render/table');
const { width } = require('../../../cli/render/text');

const style = (columns) => styleFor({}, { COLUMNS: String(columns) });

const columns = [
  { title: 'NAME', name: true, value: (row) => row.name },
  { title: 'COUNT', value: (row) => String(row.count) },
  { title: 'SHARE', optional: true, value: () => '12.5 %' },
  { title: 'A LONG COLUMN THAT CAN GO', optional: true, value: () => 'x' },
];

test('numbers right, names left, nothing at the end of lines', () => {
  const rows = [
    { name: 'a', count: 5 },
    { name: '日本', count: 12345 },
  ];
  assert.deepEqual(table(columns.slice(0, 2), rows, style(80)), [
    'NAME  COUNT',
    'a         5',
    '日本  12345',
  ]);
});

test('names are cut and columns step back so that every line fits', () => {
  const rows = [{ name: 'n'.repeat(300), count: 1 }];
  for (const total of [60, 70, 80, 100, 160]) {
    const lines = table(columns, rows, style(total));
    for (const line of lines) assert.ok(width(line) <= total, `${width(line)} > ${total}`);
  }
  assert.doesNotMatch(table(columns, rows, style(60))[0], /LONG COLUMN/);
  assert.match(table(columns, rows, style(60))[0], /SHARE/);
  assert.match(table(columns, rows, style(100))[0], /LONG COLUMN/);
});

test('a name cannot break the table', () => {
  const lines = table(columns.slice(0, 2), [{ name: 'a\nb\x1b[31m', count: 1 }], style(80));
  assert.equal(lines.length, 2);
  assert.ok(!lines[1].includes('\x1b'));
});

test('no rows: a header', () => {
  assert.deepEqual(table(columns.slice(0, 2), [], style(80)), ['NAME  COUNT']);
});
