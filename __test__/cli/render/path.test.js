'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { pathLines } = require('../../../cli/render/path');
const { width } = require('../../../cli/render/text');

const hops = (...texts) => texts.map((text) => ({ node: { name: '' }, text }));

test('one line when there is room', () => {
  assert.deepEqual(pathLines(hops('global', '.sessions', '[0]'), 80, '  '), ['  global → .sessions → [0]']);
  assert.deepEqual(pathLines([], 80, '  '), []);
});

test('the first hop goes by the name of its object', () => {
  const path = [
    { node: { name: 'global' }, text: '[1]' },
    { node: { name: 'Map' }, text: '.sessions' },
  ];
  assert.deepEqual(pathLines(path, 80, ''), ['global → .sessions']);
});

test('wrapped at the hops otherwise', () => {
  const long = hops(...Array.from({ length: 9 }, (_, index) => `.property${index}`));
  const lines = pathLines(long, 40, '    ');
  assert.ok(lines.length > 1);
  for (const line of lines) assert.ok(width(line) <= 40 && line.startsWith('    '));
  assert.equal(lines.map((line) => line.trim()).join(' '), long.map(({ text }) => text).join(' → '));
});

test('a very long path shows its two ends', () => {
  const lines = pathLines(hops(...Array.from({ length: 1000 }, (_, index) => `h${index}`)), 80, '');
  const text = lines.join(' ');
  assert.match(text, /^h0 → h1 /);
  assert.match(text, / … 986 more … /);
  assert.match(text, /h999$/);
  assert.ok(lines.length < 5);
});

test('a hop that is longer than the line is cut, and cleaned', () => {
  const [line] = pathLines(hops(`\x1b[31m${'x'.repeat(200)}`), 60, '  ');
  assert.equal(width(line), 60);
  assert.ok(!line.includes('\x1b'));
});
