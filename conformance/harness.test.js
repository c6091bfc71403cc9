// @ts-check
// A suite that cannot fail proves nothing. Here the figures are wrong on purpose, one at a time, and each must be
// found, also where an exception is at work right beside it.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { randomSnapshot } = require('../fixtures/random');
const { pairs, singles } = require('../fixtures/synthesize');
const { askPair, askSnapshot, failure } = require('./oracle');
const { MENDS } = require('./mends');
const { judge } = require('./verdict');

/** @param {string} name */
function synthetic(name) {
  const found = singles().find((each) => each.name === name);
  assert.ok(found, name);
  return Buffer.from(found.text());
}

/** @param {Buffer} input */
const oracleOf = (input) => (/** @type {string[]} */ mends) =>
  /** @type {Promise<any>} */ (askSnapshot(input, mends).catch(failure));

for (const name of ['node24-layout', 'shared-class-names', 'five-gib', 'lone-surrogates']) {
  test(`a wrong figure of a node is found in ${name}`, async () => {
    const ask = oracleOf(synthetic(name));
    const columns = /** @type {const} */ ([
      'ids',
      'selfSizes',
      'retainedSizes',
      'distances',
      'dominators',
      'classIndexes',
    ]);
    for (const column of columns) {
      const engine = await ask(MENDS);
      engine[column][3] = column === 'classIndexes' ? 0 : engine[column][3] + 1;
      const { differences } = await judge(ask, engine, false);
      assert.ok(differences.length > 0, column);
      assert.ok(
        differences.every(({ ordinal }) => ordinal === 3),
        column,
      );
    }
  });

  test(`a wrong row of the class table is found in ${name}`, async () => {
    const ask = oracleOf(synthetic(name));
    const { classes } = await ask(MENDS);
    for (let row = 0; row < classes.length; row++) {
      for (const field of ['count', 'selfSize', 'retainedSize', 'distance']) {
        const engine = await ask(MENDS);
        engine.classes[row][field] += 1;
        const { differences } = await judge(ask, engine, false);
        assert.deepEqual(
          differences.map((each) => [each.key, each.field]),
          [[engine.classes[row].key, field]],
        );
      }
      const engine = await ask(MENDS);
      engine.classes.splice(row, 1);
      const { differences } = await judge(ask, engine, false);
      assert.deepEqual(
        differences.map(({ field }) => field),
        ['row'],
      );
    }
  });
}

test('a DevTools bug is no excuse for having it', async () => {
  for (const name of [
    'shared-class-names',
    'five-gib',
    'lone-surrogates',
    'root-last',
    'trace-count-short',
  ]) {
    const ask = oracleOf(synthetic(name));
    const { differences, exceptions } = await judge(ask, await ask(MENDS), false);
    assert.deepEqual(differences, [], name);
    assert.ok(exceptions.size > 0, `${name} shows the bug it was made for`);
  }
});

test('a wrong comparison is found', async () => {
  const [{ base, target }] = pairs();
  const ask = (/** @type {string[]} */ mends) =>
    askPair(Buffer.from(base.text()), Buffer.from(target.text()), mends);
  const { rows } = await ask(MENDS);
  for (let row = 0; row < rows.length; row++) {
    for (const field of /** @type {const} */ (['addedCount', 'removedCount', 'addedSize', 'removedSize'])) {
      const engine = await ask(MENDS);
      engine.rows[row][field] += 1;
      const { differences } = await judge(ask, engine, true);
      assert.deepEqual(
        differences.map((each) => [each.key, each.field]),
        [[rows[row].key, field]],
      );
    }
  }
});

test('most random graphs need no exception', async () => {
  let plain = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const ask = oracleOf(Buffer.from(randomSnapshot(seed)));
    const { differences, exceptions } = await judge(ask, await ask(MENDS), false);
    assert.deepEqual(differences, []);
    if (exceptions.size === 0) plain++;
  }
  assert.ok(plain >= 20, `only ${plain} of 60 are compared with DevTools as it is`);
});
