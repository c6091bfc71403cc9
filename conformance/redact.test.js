// A redacted copy is held against its original by DevTools itself: every node's id, size, distance, dominator, retained
// size and class, the class table and the statistics are the same. What the copy may change is what texts say.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');

const { make } = require('../fixtures/make');
const { majors } = require('../fixtures/nodes');
const { randomSnapshot } = require('../fixtures/random');
const { singles } = require('../fixtures/synthesize');
const { compareSnapshots } = require('./compare');
const { engineSnapshot } = require('./engine');
const { askSnapshot } = require('./oracle');
const { redactSnapshot } = require('..');

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-redact-'));
test.after(() => fs.rmSync(directory, { recursive: true, force: true }));

/**
 * @param {string | Buffer} input
 * @param {object} [options]
 */
async function copyOf(input, options) {
  const file = path.join(directory, 'copy.heapsnapshot');
  await redactSnapshot(input, file, { ...options, overwrite: true });
  return file;
}

/** Display names are what may differ. @param {any} result */
function withoutNames(result) {
  const { names: _names, edges: _edges, ...figures } = result;
  return figures;
}

/**
 * @param {string} name
 * @param {string | Buffer} input
 */
async function hold(name, input) {
  const copy = await copyOf(input);
  let before;
  try {
    before = await askSnapshot(input);
  } catch {
    // One that DevTools cannot load: the engine, which conforms to it, compares alone.
    const [ours, theirs] = [await engineSnapshot(input), await engineSnapshot(copy)];
    for (const result of [ours, theirs]) delete (/** @type {any} */ (result).biggest);
    assert.deepEqual(theirs, ours, name);
    return;
  }
  const differences = compareSnapshots(withoutNames(before), withoutNames(await askSnapshot(copy)));
  assert.deepEqual(differences.slice(0, 5), [], name);
}

test('synthetic heaps, one for each rule', async () => {
  for (const { name, path: file } of singles()) {
    if (name !== 'root-only') await hold(name, file);
  }
});

test('random graphs', async () => {
  for (let seed = 1; seed <= 40; seed++) await hold(`random ${seed}`, Buffer.from(randomSnapshot(seed)));
});

for (const node of majors()) {
  test(`what Node ${node} writes`, { timeout: 180_000 }, async () => {
    await hold('shapes', await make({ program: 'shapes', node }));
    if (node !== 18 && node !== 26) return;
    const args = node >= 20 ? ['--expose=numbers'] : [];
    await hold('internals', await make({ program: 'internals', node, args }));
  });
}
