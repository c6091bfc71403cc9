'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { progressLine } = require('../../../cli/render/progress');

/** A stream and a clock that do what they are told. */
function stage({ isTTY = true, columns = 80, quiet = false, totalBytes = 0 } = {}) {
  const written = [];
  let time = 0;
  const stream = { isTTY, columns, write: (text) => written.push(text) };
  const line = progressLine({ stream: () => stream, quiet, totalBytes, now: () => time });
  return { written, line, at: (milliseconds) => (time = milliseconds) };
}

test('nothing in the first half second, then phase, percent and rate', () => {
  const { written, line, at } = stage({ totalBytes: 100e6 });
  at(499);
  line.update({ phase: 'nodes', fraction: 0.1 });
  assert.deepEqual(written, []);
  at(1000);
  line.update({ phase: 'edges', fraction: 0.5 });
  assert.deepEqual(written, ['\r\x1b[K 50 %  edges  50.0 MB/s']);
});

test('not more than ten times a second', () => {
  const { written, line, at } = stage();
  for (let time = 500; time < 1500; time += 10) {
    at(time);
    line.update({ phase: 'nodes', fraction: time / 2000 });
  }
  assert.equal(written.length, 10);
});

test('the end clears the line, once, and only if there is one', () => {
  const { written, line, at } = stage();
  line.end();
  assert.deepEqual(written, []);
  at(600);
  line.update({ phase: 'nodes', fraction: 0.2 });
  line.end();
  line.end();
  assert.deepEqual(written.slice(1), ['\r\x1b[K']);
});

test('nothing for a pipe, nothing when quiet', () => {
  for (const options of [{ isTTY: false }, { quiet: true }]) {
    const { written, line, at } = stage(options);
    at(5000);
    line.update({ phase: 'nodes', fraction: 0.2 });
    line.end();
    assert.deepEqual(written, []);
  }
});

test('fits a narrow terminal', () => {
  const { written, line, at } = stage({ columns: 10 });
  at(600);
  line.update({ phase: 'a very long phase', fraction: 1.5 });
  assert.equal(written[0], '\r\x1b[K100 %  a…');
});
