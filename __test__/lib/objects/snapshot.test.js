'use strict';

/**
 * The heap as objects, held against a reading of the file that owes nothing to the engine, against the answers of the
 * other functions, and against wrong use.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { Worker } = require('node:worker_threads');
const { inspect } = require('node:util');
const { analyze, compare, inspectObject, openSnapshot, HeapNode, HeapSnapshot } = require('../../..');
const { make } = require('../../../fixtures/make');
const { readNodes } = require('../../helpers/objects');
const { sessionsText, snapshotText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);
const small = path.join(directory, 'small.heapsnapshot');
fs.writeFileSync(small, sessionsText(10));

/** @param {string} name @param {Parameters<typeof snapshotText>[0]} nodes */
function written(name, nodes) {
  const file = path.join(directory, `${name}.heapsnapshot`);
  fs.writeFileSync(file, snapshotText(nodes));
  return file;
}

/** @type {{ file: string, nodes: ReturnType<typeof readNodes>, snapshot: any }} */
let real;
test.before(async () => {
  const file = await make({ program: 'plain' });
  real = { file, nodes: readNodes(file), snapshot: await openSnapshot(file) };
});
test.after(() => real.snapshot.close());

test('every node and every edge of a real heap is what the file says', () => {
  const { snapshot, nodes } = real;
  assert.equal(snapshot.nodeCount, nodes.length);
  assert.equal(
    snapshot.edgeCount,
    nodes.reduce((sum, node) => sum + node.edges.length, 0),
  );
  let at = 0;
  for (const node of snapshot.nodes()) {
    const wanted = nodes[at++];
    const edges = [...node.edges()].map(({ kind, name, to }) => ({ kind, name, to: to.ordinal }));
    // An element index is shown without the sign that newer V8 gives the greatest.
    assert.deepEqual([node.ordinal, node.type, node.id], [wanted.ordinal, wanted.type, wanted.id]);
    assert.deepEqual(edges, wanted.edges);
    assert.equal(node.edgeCount, edges.length);
    if (['closure', 'string', 'symbol', 'array'].includes(node.type)) assert.equal(node.name, wanted.name);
  }
  assert.equal(at, nodes.length);
});

test('retainers are the edges turned round', () => {
  const { snapshot, nodes } = real;
  const into = nodes.map(() => /** @type {string[]} */ ([]));
  for (const { ordinal, edges } of nodes) {
    for (const { kind, name, to } of edges) into[to].push(`${ordinal} ${kind} ${name}`);
  }
  for (const node of snapshot.nodes()) {
    const told = [...node.retainers()].map(({ from, kind, name }) => `${from.ordinal} ${kind} ${name}`);
    assert.deepEqual(told, into[node.ordinal]);
    assert.equal(node.retainerCount, told.length);
  }
});

test('sizes, dominators and classes agree with each other and with the other functions', async () => {
  const { snapshot, file } = real;
  const { selfSizes, retainedSizes, dominators, classes } = snapshot.columns;
  const sums = Float64Array.from(selfSizes);
  const children = new Map();
  for (const node of snapshot.nodes()) {
    if (node.dominator === null) continue;
    const above = node.dominator.ordinal;
    assert.equal(above, dominators[node.ordinal]);
    children.set(above, [...(children.get(above) ?? []), node.ordinal]);
  }
  for (const node of snapshot.nodes()) {
    const below = [...node.dominated()].map(({ ordinal }) => ordinal).sort((a, b) => a - b);
    assert.deepEqual(below, children.get(node.ordinal) ?? []);
  }
  const biggest = [...snapshot.nodes({ minRetained: 50_000 })].slice(0, 40);
  for (const node of biggest) {
    const total = [...node.subtree()].reduce((sum, { selfSize }) => sum + selfSize, 0);
    assert.equal(total, node.retainedSize);
    assert.equal(sums[node.ordinal], node.selfSize);
    assert.equal(snapshot.classNames[classes[node.ordinal]], node.class);
  }
  const answer = await analyze(file, { all: true });
  assert.deepEqual(await snapshot.classes(), answer.classes);
  assert.deepEqual(await snapshot.statistics(), { totals: answer.totals, statistics: answer.statistics });
  assert.equal(snapshot.root.retainedSize, retainedSizes[snapshot.root.ordinal]);
  const { id } = answer.biggest[0].node;
  const told = await inspectObject(file, id);
  assert.deepEqual(await snapshot.inspect(id), told);
  assert.deepEqual(await snapshot.paths(id), told.paths);
  assert.deepEqual(snapshot.node(id).toJSON(), told.dominators && pick(told.node));
  assert.deepEqual(
    snapshot.dominators(id).map((node) => node.toJSON()),
    told.dominators,
  );
});

/** What an inspected node and any other have in common. @param {any} node */
const pick = ({ id, name, class: class_, type, selfSize, distance, retainedSize }) => ({
  ...{ id, name, class: class_, type, selfSize, distance, retainedSize },
});

test('filters take what they say and nothing else', () => {
  const { snapshot } = real;
  const all = [...snapshot.nodes()];
  const ids = (/** @type {Iterable<any>} */ nodes) => [...nodes].map(({ id }) => id);
  const cases = [
    [{ class: 'Map' }, (node) => node.class === 'Map'],
    [{ class: /^Map|Set$/g }, (node) => /^Map|Set$/.test(node.class)],
    [
      { type: ['closure', 'string'], minSelf: 40 },
      (node) => /^(closure|string)$/.test(node.type) && node.selfSize >= 40,
    ],
    [{ name: /^node:/ }, (node) => node.name.startsWith('node:')],
    [{ name: '{}' }, (node) => node.name === '{}'],
    [
      { property: 'length' },
      (node) => [...node.edges()].some((e) => e.kind === 'property' && e.name === 'length'),
    ],
    [
      { minRetained: 1000, maxRetained: 2000 },
      (node) => node.retainedSize >= 1000 && node.retainedSize <= 2000,
    ],
    [{ newerThan: 20_000 }, (node) => node.id > 20_000],
    [{ detached: true }, () => false],
    [
      { type: 'object', where: (node) => node.edgeCount === 3 },
      (node) => node.type === 'object' && node.edgeCount === 3,
    ],
  ];
  for (const [filter, wanted] of cases) {
    assert.deepEqual(ids(snapshot.nodes(filter)), ids(all.filter(wanted)), inspect(filter));
  }
  assert.ok(ids(snapshot.nodes({ name: '{}' })).length > 0);
  assert.throws(() => snapshot.nodes({ klass: 'Map' }), {
    code: 'ERR_HEAP_USAGE',
    message: /did you mean `class`/,
  });
  assert.throws(() => snapshot.nodes({ class: 3 }), { code: 'ERR_HEAP_USAGE' });
});

const values = [
  { type: 'synthetic', name: '', id: 1, edges: [{ type: 'element', name: 1, to: 1 }] },
  {
    name: 'global',
    id: 3,
    size: 8,
    edges: [
      { name: 'list', to: 2 },
      { name: 'half', to: 4 },
      { name: 'x y', to: 5 },
      { type: 'weak', name: 'list', to: 5 },
    ],
  },
  { name: 'Array', id: 5, size: 16, edges: [{ type: 'element', name: 7, to: 3 }] },
  { name: 'Object', id: 7, size: 8, edges: [{ name: 'text', to: 5 }] },
  {
    type: 'concatenated string',
    name: '(concatenated string)',
    id: 9,
    size: 32,
    edges: [
      { type: 'internal', name: 'first', to: 5 },
      { type: 'internal', name: 'second', to: 5 },
    ],
  },
  { type: 'string', name: 'alice', id: 11, size: 16 },
];

test('paths of properties lead to values', async () => {
  const snapshot = await openSnapshot(written('values', values));
  const [global] = snapshot.roots();
  assert.equal(global.name, 'global');
  assert.equal(global.get('list[7].text')?.value, 'alice');
  assert.equal(global.get(`["x y"]`)?.value, 'alice');
  assert.equal(global.get(`['x y']`)?.id, 11);
  assert.equal(global.property('half')?.value, 'alicealice');
  assert.equal(global.property('half')?.name, 'alicealice');
  assert.deepEqual(global.property('half')?.describeValue({ limit: 7 }), {
    ...{ type: 'string', text: 'aliceal', length: 10, truncated: true },
  });
  assert.equal(global.get('list')?.property(7)?.name, '{text}');
  assert.equal(global.get('list[8]'), undefined);
  assert.equal(global.get('lost.text'), undefined);
  assert.equal(global.value, undefined);
  for (const bad of ['', '.', 'a..b', '[', 'a[x]', 'a b', 7]) {
    assert.throws(() => global.get(bad), { code: 'ERR_HEAP_USAGE' }, String(bad));
  }
  snapshot.close();
});

test('ways avoid what is excluded', async () => {
  const snapshot = await openSnapshot(written('ways', values));
  const texts = async (options) =>
    (await snapshot.paths(11, options)).map((way) => way.map(({ text }) => text).join(' '));
  assert.deepEqual(await texts(), ['global ["x y"]', 'global .half ⟨first⟩', 'global .list [7] .text']);
  assert.deepEqual(await texts({ exclude: [7] }), ['global ["x y"]', 'global .half ⟨first⟩']);
  assert.deepEqual(await texts({ exclude: ['Array', snapshot.node(9)], limit: 9 }), ['global ["x y"]']);
  assert.deepEqual(await texts({ exclude: 3 }), []);
  snapshot.close();
});

test('what changed between two open snapshots is what compare says', async () => {
  const before = written('before', values.slice(0, 6));
  const base = await openSnapshot(before);
  const target = await openSnapshot(small);
  const told = await target.diff(base);
  assert.deepEqual(told, await compare(before, small));
  await assert.rejects(target.diff('before'), { code: 'ERR_HEAP_USAGE' });
  base.close();
  await assert.rejects(target.diff(base), { code: 'ERR_HEAP_CLOSED' });
  target.close();
});

test('a heap that is not prepared computes what it is asked', async () => {
  const [lazy, eager] = [
    await openSnapshot(small, { prepare: false }),
    await openSnapshot(fs.readFileSync(small)),
  ];
  assert.equal(lazy.path, small);
  assert.equal(eager.path, undefined);
  for (const name of Object.keys(Object.getPrototypeOf(lazy.columns))) {
    assert.deepEqual(lazy.columns[name], eager.columns[name], name);
  }
  for (const key in eager.columns) assert.deepEqual(lazy.columns[key], eager.columns[key], key);
  assert.equal(lazy.node(5).retainedSize, 1096);
  await lazy.ready();
  assert.equal(lazy.node('@5').toString(), 'Map @5');
  lazy.close();
  eager.close();
});

test('an index is used, and its loss does not matter', async () => {
  const file = path.join(directory, 'indexed.heapsnapshot');
  fs.writeFileSync(file, sessionsText(500));
  const sizes = async () => {
    const snapshot = await openSnapshot(file, { cache: true });
    fs.truncateSync(`${file}.heapindex`, 0);
    const told = [...snapshot.nodes()].map((node) => [node.name, node.retainedSize, node.retainerCount]);
    snapshot.close();
    return told;
  };
  const first = await sizes();
  const again = await openSnapshot(file, { cache: true });
  again.close();
  assert.deepEqual(await sizes(), first);
});

test('an index that is damaged while a snapshot is open changes no answer', async () => {
  const file = path.join(directory, 'damaged.heapsnapshot');
  fs.writeFileSync(file, sessionsText(500));
  /** @param {import('../../..').HeapSnapshot} snapshot */
  const all = async (snapshot) => ({
    nodes: [...snapshot.nodes()].map((node) => [
      `${node}`,
      node.retainedSize,
      node.distance,
      node.retainerCount,
    ]),
    edges: [...snapshot.node(5).edges()].map((edge) => [edge.kind, edge.name, edge.to.id]),
    columns: Array.from(snapshot.columns.edgeNames),
    classes: await snapshot.classes(),
    statistics: await snapshot.statistics(),
    findings: await snapshot.findings(),
    packages: await snapshot.packages(),
    paths: await snapshot.paths(7),
    held: [...(await snapshot.retainedBy('contexts')).objects].length,
    captures: await snapshot.captures(),
    waste: await snapshot.waste(),
    diff: (await snapshot.diff(snapshot)).rowCount,
  });
  const index = `${file}.heapindex`;
  const plain = await openSnapshot(file);
  const expected = await all(plain);
  plain.close();
  const first = await openSnapshot(file, { cache: true });
  await all(first);
  first.close();
  const whole = fs.readFileSync(index);
  for (const prepare of [true, false]) {
    fs.writeFileSync(index, whole);
    const snapshot = await openSnapshot(file, { cache: true, prepare });
    fs.writeFileSync(
      index,
      whole.map((byte) => byte ^ 0x10),
    );
    assert.deepEqual(await all(snapshot), expected);
    snapshot.close();
    // And it was made again.
    assert.notDeepEqual(
      fs.readFileSync(index).subarray(0, 4096),
      whole.map((byte) => byte ^ 0x10).subarray(0, 4096),
    );
  }
  // Where the snapshot is gone too, nobody can say.
  fs.writeFileSync(index, whole);
  const snapshot = await openSnapshot(file, { cache: true, prepare: false });
  fs.rmSync(file);
  fs.truncateSync(index, 0);
  await assert.rejects(snapshot.classes(), { code: 'ERR_HEAP_IO', message: /open it again/ });
  snapshot.close();
});

test('wrong use is told, whatever it is', async () => {
  const snapshot = await openSnapshot(small);
  const other = await openSnapshot(small);
  const node = snapshot.node(5);
  const [edge] = node.edges();
  const { ids } = snapshot.columns;
  assert.throws(() => snapshot.node(6), {
    code: 'ERR_HEAP_NO_OBJECT',
    message: /nearest ids are @5 .* and @7/,
  });
  assert.equal(snapshot.has(6), false);
  assert.equal(snapshot.has('@7'), true);
  for (const ordinal of [14, -1, 0.5, '3', NaN]) {
    assert.throws(() => snapshot.nodeAt(ordinal), {
      code: ordinal === 14 ? 'ERR_HEAP_NO_OBJECT' : 'ERR_HEAP_USAGE',
    });
  }
  for (const id of ['x', null, {}, -1, 2 ** 32, undefined]) {
    assert.throws(() => snapshot.node(id), { code: 'ERR_HEAP_USAGE' }, String(id));
  }
  assert.throws(() => snapshot.dominators(other.node(5)), {
    code: 'ERR_HEAP_USAGE',
    message: /another snapshot/,
  });
  await assert.rejects(snapshot.paths(other.node(5)), { code: 'ERR_HEAP_USAGE' });
  await assert.rejects(snapshot.paths(5, { exclude: [other.node(5)] }), { code: 'ERR_HEAP_USAGE' });
  await assert.rejects(snapshot.paths(5, { limit: 0 }), { code: 'ERR_HEAP_USAGE' });
  await assert.rejects(snapshot.inspect(6), { code: 'ERR_HEAP_NO_OBJECT' });
  await assert.rejects(openSnapshot(small, { prepair: true }), { code: 'ERR_HEAP_USAGE' });
  await assert.rejects(openSnapshot(path.join(directory, 'none')), { code: 'ERR_HEAP_NOT_FOUND' });
  await assert.rejects(openSnapshot(Buffer.from('{}')), { code: 'ERR_HEAP_NOT_SNAPSHOT' });
  await assert.rejects(openSnapshot(small, { signal: AbortSignal.abort(new Error('no')) }), /^Error: no$/);
  assert.throws(() => new HeapSnapshot(), { code: 'ERR_HEAP_USAGE' });
  assert.throws(() => new HeapNode(Symbol('x'), {}, 0), { code: 'ERR_HEAP_USAGE' });
  assert.throws(() => snapshot.string(1e6), { code: 'ERR_HEAP_NO_OBJECT' });

  const asked = snapshot.classes();
  snapshot.close();
  snapshot.close();
  assert.equal(snapshot.closed, true);
  assert.ok((await asked).length > 0, 'a question under way is answered');
  const closed = { name: 'HeapAnalyzerError', code: 'ERR_HEAP_CLOSED' };
  const looks = [
    ...['id', 'name', 'class', 'type', 'selfSize', 'retainedSize', 'distance', 'dominator', 'value', 'place'],
    ...['edgeCount', 'retainerCount', 'detachedness', 'classKey'],
  ];
  for (const look of looks) assert.throws(() => node[look], closed, look);
  for (const call of ['edges', 'retainers', 'dominated', 'subtree'])
    assert.throws(() => [...node[call]()], closed, call);
  for (const look of ['name', 'kind', 'from', 'to']) assert.throws(() => edge[look], closed, look);
  assert.throws(() => node.get('a.b'), closed);
  assert.throws(() => snapshot.nodes(), closed);
  assert.throws(() => snapshot.root.id, closed);
  assert.throws(() => snapshot.roots(), closed);
  assert.throws(() => snapshot.node(5), closed);
  assert.throws(() => snapshot.nodeAt(1), closed);
  assert.throws(() => snapshot.columns.ids, closed);
  assert.throws(() => snapshot.classNames, closed);
  for (const ask of ['classes', 'statistics', 'duplicateStrings', 'packages', 'findings', 'ready']) {
    await assert.rejects(snapshot[ask](), closed, ask);
  }
  await assert.rejects(snapshot.paths(5), closed);
  assert.equal(ids[2], 5, 'columns that were taken are the program’s');
  assert.match(inspect([snapshot, node, edge]), /closed/);
  other[Symbol.dispose]();
  assert.equal(other.closed, true);
});

test('a snapshot cannot be handed to another thread, and its columns can', async () => {
  const snapshot = await openSnapshot(small);
  const start = (/** @type {any} */ workerData) =>
    new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       parentPort.postMessage([...workerData].reduce((sum, id) => sum + id, 0));`,
      { eval: true, workerData },
    );
  assert.throws(() => start(snapshot), { name: 'DataCloneError' });
  assert.deepEqual(structuredClone(snapshot.node(5)), { ordinal: 2 }, 'of a node only the number goes over');
  const worker = start(snapshot.columns.ids);
  const sum = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  assert.equal(
    sum,
    [...snapshot.nodes()].reduce((total, { id }) => total + id, 0),
  );
  await worker.terminate();
  snapshot.close();
});

test('two hundred are opened and closed, and the memory stays', async () => {
  const file = path.join(directory, 'many.heapsnapshot');
  fs.writeFileSync(file, sessionsText(20_000));
  const round = async () => {
    const snapshot = await openSnapshot(file, { threads: 1 });
    for (const node of snapshot.nodes({ class: 'Session' })) if (node.retainedSize !== 100) assert.fail();
    snapshot.node(4101);
    snapshot.close();
  };
  for (let i = 0; i < 50; i++) await round();
  global.gc?.();
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 150; i++) await round();
  const grown = process.memoryUsage.rss() - before;
  // One that stayed would be 2 MB, so all of them 300.
  assert.ok(grown < 60e6, `${(grown / 1e6).toFixed(1)} MB more`);
});
