'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { nearest } = require('../../lib/nearest');

const known = ['top', 'all', 'threads', 'signal', 'onProgress'];

test('finds the name that was meant', () => {
  for (const [given, meant] of [
    ['tpo', 'top'],
    ['Top', 'top'],
    ['onprogress', 'onProgress'],
    ['thread', 'threads'],
    ['singal', 'signal'],
    ['a', undefined],
    ['verbose', undefined],
    ['', undefined],
  ]) {
    assert.equal(nearest(given, known), meant, given);
  }
});
