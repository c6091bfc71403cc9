'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const test = require('node:test');
const { HeapAnalyzerError, badArgument, fromNative, fromSystem } = require('../../lib/errors');

test('an error has name, code, message, and offset and cause only where there are some', () => {
  const plain = new HeapAnalyzerError('ERR_HEAP_IO', 'no luck');
  assert.ok(plain instanceof Error);
  assert.equal(plain.name, 'HeapAnalyzerError');
  assert.equal(String(plain), 'HeapAnalyzerError: no luck');
  assert.deepEqual(Object.keys(plain), ['code']);
  const cause = new Error('below');
  const full = new HeapAnalyzerError('ERR_HEAP_MALFORMED', 'bad', { offset: 0, cause });
  assert.equal(full.offset, 0);
  assert.equal(full.cause, cause);
});

test('a bad argument is named, with what was expected and what came', () => {
  for (const [received, words] of [
    [undefined, 'undefined'],
    [null, 'null'],
    ['x', '"x" (a string)'],
    ['y'.repeat(100), `"${'y'.repeat(60)}…" (a string)`],
    [NaN, 'NaN (a number)'],
    [7n, '7 (a bigint)'],
    [true, 'true (a boolean)'],
    [[1], 'an array'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [new Map(), 'an instance of Map'],
    [Symbol('s'), 'a symbol'],
    [function named() {}, 'the function named'],
  ]) {
    const error = badArgument('top', 'an integer', received);
    assert.equal(error.code, 'ERR_HEAP_USAGE');
    assert.equal(error.message, `expected an integer for \`top\` but received ${words}`);
  }
});

test('an error of the engine keeps code and offset and gets a stack of ours', () => {
  const native = Object.assign(new Error('cut off'), { code: 'ERR_HEAP_TRUNCATED', offset: 12 });
  const wrapped = fromNative(native);
  assert.ok(wrapped instanceof HeapAnalyzerError);
  assert.equal(wrapped.code, 'ERR_HEAP_TRUNCATED');
  assert.equal(wrapped.offset, 12);
  assert.equal(wrapped.cause, native);
  assert.match(wrapped.stack ?? '', /errors\.test\.js/);
  assert.equal(fromNative(wrapped), wrapped);
});

test('an unknown error of the engine is an internal one', () => {
  assert.equal(
    fromNative(Object.assign(new Error('?'), { code: 'GenericFailure' })).code,
    'ERR_HEAP_INTERNAL',
  );
  assert.equal(fromNative('text').message, 'text');
});

test('an error of the file system becomes a sentence with a code of ours', () => {
  let thrown;
  try {
    fs.readFileSync('/there/is/nothing/here');
  } catch (error) {
    thrown = error;
  }
  const wrapped = fromSystem(thrown, 'read it');
  assert.equal(wrapped.code, 'ERR_HEAP_NOT_FOUND');
  assert.equal(wrapped.message, 'cannot read it: no such file or directory (ENOENT)');
  assert.equal(wrapped.cause, thrown);
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  assert.equal(fromSystem(full, 'write').code, 'ERR_HEAP_IO');
  assert.equal(fromSystem(new Error('odd'), 'do').message, 'cannot do: odd');
});
