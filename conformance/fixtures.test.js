// @ts-check
// The fixtures are really what they say. A program that no longer makes what it was written for, because a Node
// version changed under it, would let the suite pass on heaps that ask nothing.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { decompress } = require('fzstd');
const fs = require('node:fs');

const { make } = require('../fixtures/make');
const { majors } = require('../fixtures/nodes');
const { pairs, singles } = require('../fixtures/synthesize');
const { load } = require('./oracle');
const { snapshotResult } = require('./oracle-results');

test('the committed synthetic snapshots are what synthesize.js writes', () => {
  for (const { name, path, text } of [
    ...singles(),
    ...pairs().flatMap(({ base, target }) => [base, target]),
  ]) {
    const committed = Buffer.from(decompress(fs.readFileSync(path))).toString('utf8');
    assert.equal(committed, text(), `${name}: run node fixtures/synthesize.js`);
    assert.doesNotThrow(() => JSON.parse(committed), name);
  }
});

/**
 * @param {number} node
 * @param {string} program
 * @param {string[]} [args]
 */
async function look(node, program, args) {
  const snapshot = await load(await make({ program, node, args }));
  return { snapshot, result: snapshotResult(snapshot) };
}

/** @param {any} snapshot */
function countEdges(snapshot) {
  const found = { pairs: 0, greatestIndex: 0, userRoots: 0 };
  const { containmentEdges: edges, edgeFieldsCount, edgeTypes, edgeElementType, edgeInternalType } = snapshot;
  assert.equal(edgeTypes[edgeElementType], 'element');
  for (let at = 0; at < edges.length; at += edgeFieldsCount) {
    const [type, name] = [edges.getValue(at), edges.getValue(at + 1)];
    // From Node 24 on the greatest array index is written as -2, and the oracle reads 2.
    if (type === edgeElementType && name === 2 ** 32 - 2) found.greatestIndex++;
    if (type === edgeInternalType && snapshot.tryParseWeakMapEdgeName(name)) found.pairs++;
  }
  for (const root = snapshot.rootNode().edges(); root.hasNext(); root.next()) {
    if (snapshot.isUserRoot(root.edge.node())) found.userRoots++;
  }
  return found;
}

for (const node of majors()) {
  test(`shapes on Node ${node} has every shape`, async () => {
    const { snapshot, result } = await look(node, 'shapes');
    const { pairs: weakPairs, greatestIndex } = countEdges(snapshot);
    assert.ok(weakPairs >= 200, `${weakPairs} edges of WeakMap pairs`);
    assert.ok(node >= 24 || greatestIndex >= 12, `${greatestIndex} elements of the greatest index`);
    const deepest = result.distances.reduce((most, each) => (each < 1e8 ? Math.max(most, each) : most), 0);
    assert.ok(deepest > 110_000, `deepest node at ${deepest}`);
    assert.ok(result.sharedKeys.includes(',Function'));
    assert.ok(snapshot.strings.some((/** @type {string} */ text) => !text.isWellFormed()));
    const keys = new Set(result.classes.map(({ key }) => key));
    const named = (/** @type {string} */ name) => [...keys].filter((key) => key.endsWith(`,${name}`)).length;
    assert.equal(named('Dog'), 2, 'two classes of one name');
    const classes = ['Animal', 'WeakMap', 'Promise', 'FinalizationRegistry', 'SharedArrayBuffer'];
    const missing = classes.filter((name) => named(name) === 0);
    assert.deepEqual(missing, []);
    for (const type of ['(symbol)', '(bigint)', '(sliced string)', '(concatenated string)', 'RegExp']) {
      assert.ok(keys.has(`,${type}`), type);
    }
    assert.ok([...keys].filter((key) => key.startsWith(',{')).length > 150, 'interfaces');
    assert.ok(keys.has(',{"a,b"}'), 'quoted names');
  });

  test(`express on Node ${node} served its requests`, async () => {
    const { result } = await look(node, 'express');
    const names = new Set(result.classNames);
    for (const name of ['LRUCache', 'Layer', 'Route', 'Socket', 'IncomingMessage'])
      assert.ok(names.has(name), name);
    // The price is stored within the object, so V8 writes no edge for it.
    const items = result.classes.find(({ name }) => name === '{key, tags}');
    assert.ok(items && items.count >= 100, 'cached items');
  });

  test(`internals on Node ${node} are exposed where the version can`, async () => {
    const { snapshot } = await look(node, 'internals');
    assert.equal(countEdges(snapshot).userRoots > 0, node < 20, 'user roots');
    const numbers = await look(node, 'internals', ['--expose=numbers']);
    const wanted = numbers.snapshot.nodeNumberType;
    let smallIntegers = 0;
    const each = numbers.snapshot.createNode(0);
    for (let ordinal = 0; ordinal < numbers.result.nodeCount; ordinal++) {
      each.nodeIndex = ordinal * numbers.snapshot.nodeFieldCount;
      if (each.rawType() === wanted && each.rawName() === 'smi number') smallIntegers++;
    }
    assert.equal(smallIntegers > 0, node >= 20, `${smallIntegers} small integers`);
  });
}
