'use strict';

const assert = require('node:assert/strict');
const { pathToFileURL } = require('node:url');
const test = require('node:test');
const { analyze, compare, takeHeapSnapshot, HeapAnalyzerError } = require('../..');
const { readInput, readPath } = require('../../lib/options');

/** Every row: a call that cannot work, and what its error has to say. */
const refusals = [
  ['no input', () => analyze(null), /path, a file: URL, a Buffer.* for `input` but received null/],
  ['a number', () => analyze(5), /for `input` but received 5 \(a number\)/],
  ['options in place of the input', () => analyze({ top: 5 }), /for `input` but received an object/],
  ['an empty path', () => analyze(''), /expected a path for `input` but received ""/],
  ['a path with a zero byte', () => analyze('a\0b'), /expected a path for `input`/],
  [
    'a URL of the web',
    () => analyze(new URL('http://h/x')),
    /URL of the scheme file: for `input`.*http:\/\/h\/x/,
  ],
  ['a SharedArrayBuffer', () => analyze(new SharedArrayBuffer(8)), /an instance of SharedArrayBuffer/],
  ['no target', () => compare('a.heapsnapshot'), /for `target` but received undefined/],
  ['no base', () => compare(undefined, 'b.heapsnapshot'), /for `base` but received undefined/],
  ['options: null', () => analyze('a', null), /expected an object for `options` but received null/],
  ['options: a list', () => analyze('a', []), /expected an object for `options` but received an array/],
  [
    'a mistyped option',
    () => analyze('a', { tpo: 1 }),
    /analyze\(\) has no option `tpo`: did you mean `top`\?/,
  ],
  [
    'an option of nobody',
    () => compare('a', 'b', { x: 1 }),
    /compare\(\) has no option `x`: it takes top, all/,
  ],
  [
    'an option of another',
    () => takeHeapSnapshot('a', { top: 1 }),
    /takeHeapSnapshot\(\) has no option `top`/,
  ],
  [
    'top: text',
    () => analyze('a', { top: '5' }),
    /integer from 0 to \d+ for `top` but received "5" \(a string\)/,
  ],
  ['top: half', () => analyze('a', { top: 0.5 }), /for `top` but received 0.5 \(a number\)/],
  ['top: below zero', () => analyze('a', { top: -1 }), /for `top` but received -1/],
  ['top: all of them', () => analyze('a', { top: Infinity }), /for `top` but received Infinity/],
  ['all: a number', () => analyze('a', { all: 1 }), /expected true or false for `all`/],
  ['threads: none', () => analyze('a', { threads: 0 }), /an integer from 1 to 256 for `threads`/],
  ['threads: too many', () => compare('a', 'b', { threads: 257 }), /for `threads` but received 257/],
  [
    'signal: a controller',
    () => analyze('a', { signal: new AbortController() }),
    /AbortSignal for `signal`.*AbortController/,
  ],
  ['onProgress: text', () => analyze('a', { onProgress: 'x' }), /expected a function for `onProgress`/],
  ['growth: text', () => compare('a', 'b', { growth: 'yes' }), /expected true or false for `growth`/],
  ['a capture to nowhere', () => takeHeapSnapshot(''), /expected a path for `path`/],
  ['a capture into bytes', () => takeHeapSnapshot(Buffer.alloc(1)), /path or a file: URL for `path`/],
  [
    'a reason that says nothing',
    () => takeHeapSnapshot('a', { reason: '' }),
    /non-empty string for `reason`/,
  ],
];

for (const [what, call, message] of refusals) {
  test(`refuses ${what}`, async () => {
    await assert.rejects(call(), (error) => {
      assert.ok(error instanceof HeapAnalyzerError);
      assert.equal(error.code, 'ERR_HEAP_USAGE');
      assert.match(error.message, message);
      return true;
    });
  });
}

test('an option that is undefined is one that is not there', async () => {
  const options = { top: undefined, all: undefined, signal: undefined, onProgress: undefined };
  await assert.rejects(analyze('/there/is/nothing', options), { code: 'ERR_HEAP_NOT_FOUND' });
});

test('paths and bytes are taken as they are', () => {
  assert.equal(readPath('a b', 'path'), 'a b');
  assert.equal(readPath(pathToFileURL('/tmp/ä b.heapsnapshot'), 'path'), '/tmp/ä b.heapsnapshot');
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const view = readInput(bytes.subarray(1, 3), 'input');
  assert.ok(Buffer.isBuffer(view));
  assert.deepEqual([...view], [2, 3]);
  bytes[1] = 9;
  assert.equal(view[0], 9, 'no copy is made');
  assert.deepEqual([...readInput(bytes.buffer, 'input')], [1, 9, 3, 4]);
});
