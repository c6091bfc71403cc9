'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { styleFor } = require('../../../cli/render/style');

const terminal = { isTTY: true, columns: 100 };
const pipe = {};

test('colours: FORCE_COLOR, then NO_COLOR, then the terminal', () => {
  for (const [stream, env, colored] of [
    [terminal, {}, true],
    [pipe, {}, false],
    [terminal, { NO_COLOR: '1' }, false],
    [terminal, { NO_COLOR: '' }, true],
    [terminal, { TERM: 'dumb' }, false],
    [pipe, { FORCE_COLOR: '1' }, true],
    [pipe, { FORCE_COLOR: '' }, true],
    [terminal, { FORCE_COLOR: '0' }, false],
    [pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [pipe, { CI: '1' }, false],
  ]) {
    const painted = styleFor(stream, env).colors.red('x');
    assert.equal(painted !== 'x', colored, JSON.stringify([stream, env]));
  }
});

test('width: the terminal, else COLUMNS, else 120; within reason', () => {
  for (const [stream, env, width] of [
    [terminal, {}, 100],
    [terminal, { COLUMNS: '70' }, 100],
    [pipe, { COLUMNS: '90' }, 90],
    [pipe, { COLUMNS: 'x' }, 120],
    [pipe, {}, 120],
    [{ isTTY: true, columns: 20 }, {}, 40],
    [{ isTTY: true, columns: 400 }, {}, 160],
  ]) {
    assert.equal(styleFor(stream, env).width, width);
  }
});
