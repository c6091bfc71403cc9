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
