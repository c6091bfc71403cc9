'use strict';

/**
 * assertNoLeaks in the runners that people use, by the very files that docs/ci.md shows: they pass as they stand, and fail,
 * telling what leaks, without the line that the page names.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { root, run } = require('./helpers/run');
const { temporaryDirectory } = require('./helpers/temporary');

const installed = path.join(root, '__test__', 'runners', 'node_modules');
const directory = temporaryDirectory(test);

/** Files of the page by their names. */
const page = fs.readFileSync(path.join(root, 'docs', 'ci.md'), 'utf8');
const files = new Map(
  [...page.matchAll(/^```js\n\/\/ (\S+)\n(.*?)^```/gms)].map(([, name, code]) => [name, code]),
);

/** What vitest runs within a block, where snapshots have no names of variables; and numbers before it, which show not at all. */
const BLOCK = {
  'leaking-rows.js': `export const LIMIT = 5;
let total = 0;
const rows = new Map();
export function add(call) { rows.set(call, { number: total++ }); return LIMIT; }
`,
  'leaking-rows.vitest.test.mjs': `import { test } from 'vitest';
import { assertNoLeaks } from 'heap-analyzer';
import { add } from './leaking-rows.js';
test('leaking rows', { timeout: 60_000 }, () => assertNoLeaks(add, { iterations: 30, confirm: 0 }));
`,
};

test.before(() => {
  fs.mkdirSync(path.join(directory, 'node_modules'));
  fs.symlinkSync(root, path.join(directory, 'node_modules', 'heap-analyzer'), 'dir');
  for (const name of ['jest', 'mocha', 'vitest'])
    fs.symlinkSync(path.join(installed, name), path.join(directory, 'node_modules', name), 'dir');
  fs.writeFileSync(path.join(directory, 'package.json'), '{"name":"shop","private":true}');
  for (const [name, code] of Object.entries(BLOCK)) fs.writeFileSync(path.join(directory, name), code);
  for (const [name, code] of files) {
    // Once as it stands, and once with a leak, in one run, since runners take long to start.
    const leaking = code
      .replace('orders do not leak', 'leaking orders')
      .replaceAll('./shop', './leaking-shop');
    const short = (/** @type {string} */ text) =>
      text.replace('shop.order(call))', 'shop.order(call), { iterations: 30, confirm: 0 })');
    fs.writeFileSync(path.join(directory, name), short(code));
    if (name.includes('.test.')) fs.writeFileSync(path.join(directory, `leaking-${name}`), short(leaking));
    else fs.writeFileSync(path.join(directory, `leaking-${name}`), code.replace(/^.*delete.*\n/m, ''));
  }
});

test('the page has a file for each runner', () => {
  const wanted = [
    'shop.js',
    'shop.test.js',
    'shop.vitest.test.mjs',
    'shop.jest.test.js',
    'shop.mocha.test.js',
  ];
  assert.deepEqual([...files.keys()], wanted);
});

/** What takes long and says little more: `npm run test:full`. */
const full = process.env.HEAP_ANALYZER_FULL_TESTS === '1';

/** @type {Record<string, string[]>} */
const runners = {
  'node:test': ['--test', '--test-reporter=spec', 'shop.test.js', 'leaking-shop.test.js'],
  'vitest, forks': ['node_modules/vitest/vitest.mjs', 'run', 'vitest'],
  ...(full && {
    'vitest, threads': ['node_modules/vitest/vitest.mjs', 'run', '--pool=threads', 'leaking-shop.vitest'],
  }),
  jest: ['node_modules/jest/bin/jest.js', '--rootDir=.', '--transform={}', 'jest'],
  mocha: ['node_modules/mocha/bin/mocha.js', 'shop.mocha.test.js', 'leaking-shop.mocha.test.js'],
};

for (const [name, args] of Object.entries(runners)) {
  test(`${name}: what is healthy passes, and what leaks fails with its holder and its place`, async () => {
    const env = {
      CI: '1',
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      NODE_OPTIONS: undefined,
      NODE_TEST_CONTEXT: undefined,
    };
    const { code, stdout, stderr } = await run(args, { cwd: directory, env });
    const told = stdout + stderr;
    assert.equal(code, 1, told);
    if (!name.endsWith('threads'))
      assert.match(told, /(?:✔|✓|√|PASS).*(?:orders do not leak|shop\.jest|shop\.vitest)/, told);
    assert.match(told, /HeapLeakError|ERR_HEAP_LEAK/, told);
    assert.match(told, /1 leak in \d+ calls, seen over 3 snapshots/, told);
    assert.match(told, /Map "\S*#orders" in \S*leaking-shop\S*js:\d+ grew 30 → 60 → 90 entries/, told);
    // The place in the test, where a runner's reader looks first.
    assert.match(told, /leaking-shop(?:\.\w+)?\.test\.m?js:\d+:\d+/, told);
    if (name !== 'vitest, forks') return;
    const sentence =
      /Map "rows" in \S*leaking-rows\.js:3 grew 30 → 60 → 90 entries[^]*?added in add\(\) \S*leaking-rows\.js:4/;
    assert.match(told, sentence, told);
  });
}
