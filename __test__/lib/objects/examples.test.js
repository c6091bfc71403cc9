'use strict';

/** memlab's six analyses as examples/analyses has them, run as a user runs them, on heaps whose answers are known. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { root, run } = require('../../helpers/run');
const { snapshotText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);
fs.mkdirSync(path.join(directory, 'node_modules'));
fs.symlinkSync(root, path.join(directory, 'node_modules', 'heap-analyzer'), 'dir');
fs.cpSync(path.join(root, 'examples', 'analyses'), directory, { recursive: true });

/** A global list of so many plain objects that share no text, though their texts are equal. @param {number} count */
function heap(count) {
  /** @type {any[]} */
  const nodes = [
    { type: 'synthetic', name: '', id: 1, edges: [{ type: 'element', name: 1, to: 1 }] },
    {
      name: 'global',
      id: 3,
      size: 8,
      edges: [
        { name: 'users', to: 2 },
        { name: 'process', to: 1 },
      ],
    },
    { name: 'Array', id: 5, size: 16, edges: [] },
  ];
  for (let i = 0; i < count; i++) {
    const at = nodes.length;
    nodes[2].edges.push({ type: 'element', name: i, to: at });
    nodes.push({ name: 'Object', id: 7 + 4 * i, size: 28, edges: [{ name: 'country', to: at + 1 }] });
    nodes.push({ type: 'string', name: 'Switzerland', id: 9 + 4 * i, size: 24 });
  }
  return snapshotText(nodes);
}
for (const count of [200, 300, 400])
  fs.writeFileSync(path.join(directory, `${count}.heapsnapshot`), heap(count));

/** @param {string} analysis @param {string} name of its function @param {string} files as JavaScript */
async function answer(analysis, name, files) {
  const source = `require('./${analysis}').${name}(${files}).then((told) => console.log(JSON.stringify(told)))`;
  const { code, stdout, stderr } = await run(['-e', source], { cwd: directory });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

test('the six analyses answer', async () => {
  const file = "'200.heapsnapshot'";
  const [sizes, unbound, strings, shapes, globals, fanout] = await Promise.all([
    answer('object-size', 'objectSize', file),
    answer(
      'unbound-collections',
      'unboundCollections',
      "['200', '300', '400'].map((n) => `${n}.heapsnapshot`)",
    ),
    answer('strings', 'strings', file),
    answer('shapes', 'shapes', file),
    answer('globals', 'globals', file),
    answer('fanout', 'fanout', file),
  ]);
  assert.deepEqual(
    sizes.slice(0, 3).map(({ id, retainedSize }) => [id, retainedSize]),
    [
      [3, 10_424],
      [5, 10_416],
      [7, 52],
    ],
  );
  assert.deepEqual(unbound, [{ id: 5, heldBy: 'global.users', class: 'Array', entries: [200, 300, 400] }]);
  const [{ value, count, wastedBytes }] = strings.bySize;
  assert.deepEqual([value, count, wastedBytes], ['Switzerland', 200, 199 * 24]);
  assert.equal(strings.byCount[0].count, 200);
  assert.deepEqual(
    shapes.map((row) => [row.name, row.count, row.retainedSize]),
    [['{country}', 200, 10_400]],
  );
  assert.deepEqual(globals, [{ name: 'users', id: 5, class: 'Array', retainedSize: 10_416 }]);
  assert.deepEqual(fanout, [{ id: 5, name: 'Array', references: 200, retainedSize: 10_416 }]);
});

/** A page: no root leads to its window but the context of its scripts, and the browser's own globals are beside the page's. */
const page = () =>
  snapshotText([
    { type: 'synthetic', name: '', id: 1, edges: [{ type: 'element', name: 1, to: 1 }] },
    {
      type: 'native',
      name: 'system / NativeContext / http://shop',
      id: 3,
      edges: [{ type: 'internal', name: 'global_object', to: 2 }],
    },
    {
      name: 'Window / http://shop',
      id: 5,
      edges: [
        { name: 'cart', to: 3 },
        { name: 'ondrop', to: 5 },
        { name: 'fence', to: 6 },
        { name: '<symbol Window#Cached>', to: 3 },
      ],
    },
    { name: 'Map', id: 7, size: 16, edges: [{ type: 'internal', name: 'table', to: 4 }] },
    {
      type: 'array',
      name: '',
      id: 9,
      size: 2000,
      edges: Array.from({ length: 202 }, (_, i) => ({ type: 'internal', name: String(i), to: 3 })),
    },
    { type: 'native', name: 'system / AccessorPair', id: 11 },
    { type: 'closure', name: 'fence', id: 13 },
    { type: 'object shape', name: '', id: 15, size: 8 },
  ]);

test('globals of a page are its own, and a Map refers to what is in it', async () => {
  fs.writeFileSync(path.join(directory, 'page.heapsnapshot'), page());
  const file = "'page.heapsnapshot'";
  const [globals, fanout] = await Promise.all([
    answer('globals', 'globals', file),
    answer('fanout', 'fanout', file),
  ]);
  assert.deepEqual(globals, [{ name: 'cart', id: 7, class: 'Map', retainedSize: 2016 }]);
  assert.deepEqual(fanout, [{ id: 7, name: 'Map', references: 202, retainedSize: 2016 }]);
});

test('a collection that was small at first grows too, and one that was not there does not', async () => {
  fs.writeFileSync(path.join(directory, '40.heapsnapshot'), heap(40));
  const empty = snapshotText([{ type: 'synthetic', name: '', id: 1 }]);
  fs.writeFileSync(path.join(directory, 'before.heapsnapshot'), empty);
  const files = (/** @type {string[]} */ ...names) =>
    JSON.stringify(names.map((name) => `${name}.heapsnapshot`));
  const [small, shrunk, later] = await Promise.all([
    answer('unbound-collections', 'unboundCollections', files('40', '200', '300')),
    answer('unbound-collections', 'unboundCollections', files('200', '40', '300')),
    answer('unbound-collections', 'unboundCollections', files('before', '200', '300')),
  ]);
  assert.deepEqual(
    small.map((/** @type {any} */ row) => row.entries),
    [[null, 200, 300]],
  );
  assert.deepEqual([shrunk, later], [[], []]);
});
