'use strict';

/**
 * The picture of the README: drawn from what a terminal shows, and still showing what the command shows.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { pictureOf } = require('../scripts/picture/svg');

const root = path.join(__dirname, '..');

/** @param {string} svg @returns {string[]} */
const texts = (svg) =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) =>
    text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
  );

test('pieces stand in their columns, in their colours', () => {
  const svg = pictureOf('a \x1b[31m\x1b[1mbold & red\x1b[22m\x1b[39m  漢字\n\n\x1b[2m  dim\x1b[22m <tag>\n', {
    columns: 40,
    title: 'x < y',
  });
  assert.deepEqual(texts(svg), ['a', 'bold & red', '漢字', 'dim', '<tag>']);
  const [, red, wide, dim] = [
    ...svg.matchAll(/<text x="([\d.]+)" y="(\d+)" textLength="([\d.]+)"([^>]*)>/g),
  ].map(([, x, y, length, rest]) => ({ x: Number(x), y: Number(y), length: Number(length), rest }));
  const column = (/** @type {number} */ x) => Math.round((x - 18) / 8.4);
  assert.deepEqual([column(red.x), column(wide.x), column(dim.x)], [2, 14, 2]);
  assert.equal(Math.round(wide.length / 8.4), 4);
  assert.equal(dim.y - red.y, 40);
  assert.match(red.rest, /fill="#ff7b72" font-weight="bold"/);
  assert.match(svg, /<title>x &lt; y<\/title>/);
});

test('what cannot be drawn is not guessed', () => {
  assert.throws(() => pictureOf('\x1b[4munderlined', { columns: 10, title: '' }), /not known here: 4/);
});

test('the committed picture shows what find-leaks shows today', () => {
  const svg = fs.readFileSync(path.join(root, 'docs', 'picture.svg'), 'utf8');
  const shown = texts(svg);
  assert.ok(shown.some((text) => text.includes('npx heap-analyzer find-leaks')));
  assert.ok(shown.some((text) => /^Map "sessions" in src\/server\.js:\d+ grew/.test(text)));
  const source = fs.readFileSync(path.join(root, 'cli', 'render', 'leaks.js'), 'utf8');
  const labels = [...source.matchAll(/^ {4}\['([A-Z][a-z ]+)', /gm)].map(([, label]) => label);
  assert.deepEqual(
    labels.filter((label) => shown.includes(label)),
    ['Grade', 'Kind', 'Evidence', 'Made in', 'Path', 'Samples', 'Advice', 'Docs', 'Accept as'],
  );
  // And the lines that it names are those of the program that is drawn.
  const server = fs.readFileSync(path.join(root, 'scripts', 'picture', 'server.js'), 'utf8').split('\n');
  const [, declared] = /server\.js:(\d+) grew/.exec(shown.join(' ')) ?? [];
  assert.match(server[Number(declared) - 1], /sessions = new Map/);
  const [, added] = /login\(\) src\/server\.js:(\d+)/.exec(shown.join(' ')) ?? [];
  assert.match(server[Number(added) - 1], /sessions\.set\(/);
});
