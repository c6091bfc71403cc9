// @ts-check
// What inspect-object lists is what DevTools lists: the retainers view row by row in its order, the references of an
// object, its dominator and sizes, the stack that allocated it.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { make } = require('../fixtures/make');
const { singles } = require('../fixtures/synthesize');
const { loadNative } = require('../lib/native');
const { MENDS } = require('./mends');
const { load } = require('./oracle');

/** The retainers view as the window asks for it. */
const NEAREST_FIRST = { fieldName1: '!edgeDistance', ascending1: true, fieldName2: 'name', ascending2: true };
const ROWS = 60;

/** @param {string} name as the engine cuts it, and with half characters as it shows them */
const shown = (name) => {
  const characters = [...name.toWellFormed()];
  return characters.length > 1024 ? `${characters.slice(0, 1024).join('')}…` : characters.join('');
};

/**
 * Only this view of DevTools has another number for what nothing reaches.
 * @param {number} distance
 */
const reached = (distance) => (distance >= 2e8 ? -5 : distance);

/**
 * @param {any} snapshot of DevTools
 * @param {number} ordinal
 */
function expected(snapshot, ordinal) {
  const index = ordinal * snapshot.nodeFieldCount;
  const node = snapshot.createNode(index);
  const row = (/** @type {any} */ { name, type, node: other }) => [
    shown(String(name)),
    type,
    other.id,
    shown(other.name),
    other.selfSize,
    other.retainedSize,
  ];
  const retaining = snapshot.createRetainingEdgesProvider(index);
  retaining.sortAndRewind(NEAREST_FIRST);
  const retainers = retaining.serializeItemsRange(0, ROWS);
  const references = snapshot.createEdgesProvider(index).serializeItemsRange(0, 1e9);
  return {
    id: node.id(),
    name: shown(node.name()),
    class: shown(node.className()),
    selfSize: node.selfSize(),
    retainedSize: node.retainedSize(),
    distance: node.distance(),
    dominator: snapshot.dominatorsTree[ordinal],
    retainerCount: retainers.totalLength,
    retainers: retainers.items.map((/** @type {any} */ item) => [...row(item), reached(item.node.distance)]),
    references: references.items.map(row).map(String).sort(),
  };
}

/**
 * @param {any} answer
 * @param {any} all the same with what V8 hides
 */
function actual(answer, all) {
  const { id, name, class: of, selfSize, retainedSize, distance, ordinal } = answer.node;
  const row = (/** @type {any} */ { name: label, kind, node }) => [
    // DevTools shows of a shortcut's name only the number it begins with.
    kind === 'shortcut' && !Number.isNaN(parseInt(label, 10)) ? String(parseInt(label, 10)) : label,
    kind,
    node.id,
    node.name,
    node.selfSize,
    node.retainedSize,
  ];
  return {
    id,
    name,
    class: of,
    selfSize,
    retainedSize,
    distance,
    dominator: answer.dominator?.id ?? ordinal,
    retainerCount: answer.retainerCount,
    retainers: answer.retainers.map((/** @type {any} */ each) => [...row(each), each.distance]),
    references: all.properties.map(row).map(String).sort(),
  };
}

/**
 * @param {string | Buffer} input
 * @param {number} id
 * @param {object} options
 */
async function inspect(input, id, options) {
  /** @type {any} */
  const native = loadNative();
  return JSON.parse(await native.inspectObject(input, id, options, new native.CancelFlag(), null));
}

/**
 * @param {string | Buffer} input
 * @param {any} snapshot of DevTools
 * @param {number[]} ordinals
 */
async function compare(input, snapshot, ordinals) {
  for (const ordinal of ordinals) {
    const wanted = expected(snapshot, ordinal);
    const answer = await inspect(input, wanted.id, { top: ROWS });
    const all = await inspect(input, wanted.id, { top: 0xffffffff, hidden: true });
    const ids = snapshot.createNode(wanted.dominator * snapshot.nodeFieldCount);
    const dominator = wanted.dominator === ordinal ? ordinal : ids.id();
    assert.deepEqual(actual(answer, all), { ...wanted, dominator }, `@${wanted.id}`);
  }
}

for (const { name, text } of singles()) {
  // Those in which DevTools is wrong have their own tests.
  if (
    ['shared-class-names', 'five-gib', 'element-minus-two', 'root-last', 'trace-count-short'].includes(name)
  )
    continue;
  test(`every object of ${name}`, async () => {
    const input = Buffer.from(text());
    const snapshot = await load(input);
    await compare(
      input,
      snapshot,
      Array.from({ length: snapshot.nodeCount }, (_, ordinal) => ordinal),
    );
  });
}

for (const [program, node] of /** @type {[string, number][]} */ ([
  ['held', 18],
  ['held', 22],
  ['held', 26],
  ['express', 24],
])) {
  test(`objects of ${program} on Node ${node}`, async () => {
    const input = await make({ program, node });
    const snapshot = await load(input);
    const step = Math.floor(snapshot.nodeCount / 12);
    const ordinals = Array.from({ length: 12 }, (_, i) => i * step);
    // And those with most retainers.
    const { firstRetainerIndex: first } = snapshot;
    const count = (/** @type {number} */ ordinal) => first[ordinal + 1] - first[ordinal];
    const all = Array.from({ length: snapshot.nodeCount }, (_, ordinal) => ordinal);
    all.sort((a, b) => count(b) - count(a));
    await compare(input, snapshot, [...ordinals, ...all.slice(0, 6)]);
  });
}

for (const node of [18, 22, 26]) {
  test(`allocation stacks on Node ${node}`, async () => {
    const input = await make({ program: 'timeline', node });
    const snapshot = await load(input, { mends: MENDS });
    const traced = Array.from({ length: snapshot.nodeCount }, (_, ordinal) => ordinal).filter(
      (ordinal) => snapshot.createNode(ordinal * snapshot.nodeFieldCount).traceNodeId() > 0,
    );
    assert.ok(traced.length > 500);
    for (const ordinal of traced.filter((_, i) => i % Math.ceil(traced.length / 15) === 0)) {
      const index = ordinal * snapshot.nodeFieldCount;
      const stack = snapshot.allocationStack(index);
      const { allocation } = await inspect(input, snapshot.createNode(index).id(), { top: 1 });
      assert.deepEqual(
        allocation.map((/** @type {any} */ { function: name = '', file = '', line = 0, column = 0 }) => [
          name,
          file,
          line,
          column,
        ]),
        stack
          .map((/** @type {any} */ { functionName, scriptName, line, column }) => [
            functionName,
            scriptName,
            line,
            column,
          ])
          .filter((/** @type {any[]} */ [name]) => name !== '(root)'),
      );
    }
  });
}
