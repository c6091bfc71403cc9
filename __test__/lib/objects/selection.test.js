'use strict';

/**
 * Which objects a filter finds and what is told of them, held against the same done plainly in JavaScript over the
 * columns; and that what is looked up singly, counted or kept in an index says what the whole columns say.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { openSnapshot } = require('../../..');
const { make } = require('../../../fixtures/make');
const { NAMES } = require('../../../lib/objects/columns');
const { readText } = require('../../../lib/objects/text-filter');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);

/** @type {string} */
let file;
/** @type {any} */
let snapshot;
test.before(async () => {
  file = await make({ program: 'plain' });
  snapshot = await openSnapshot(file);
});
test.after(() => snapshot.close());

/** @param {any} value @param {string} text */
const fits = (value, text) => (typeof value === 'string' ? value === text : value.test(text));

/** Edges, of a Map or Set those of its table. @param {any} node */
function references(node) {
  if (
    node.type !== 'object' ||
    !['Map', 'Set'].includes(snapshot.string(snapshot.columns.names[node.ordinal]))
  )
    return node.edgeCount;
  const table = [...node.edges()].find(({ kind, name }) => kind === 'internal' && name === 'table');
  return table ? table.to.edgeCount : node.edgeCount;
}

/** @type {Record<string, (node: any, value: any) => boolean>} */
const PLAINLY = {
  type: (node, value) => [value].flat().includes(node.type),
  class: (node, value) => fits(value, node.class),
  name: (node, value) => fits(value, node.name),
  property: (node, value) =>
    [...node.edges()].some(({ kind, name }) => kind === 'property' && fits(value, String(name))),
  minSelf: (node, value) => node.selfSize >= value,
  minRetained: (node, value) => node.retainedSize >= value,
  maxRetained: (node, value) => node.retainedSize <= value,
  minReferences: (node, value) => references(node) >= value,
  newerThan: (node, value) => node.id > value,
  detached: (node, value) => (node.detachedness === 'detached') === value,
  where: (node, value) => value(node),
};

/** @param {Record<string, any>} filter */
const plainly = (filter) =>
  [...snapshot.nodes()].filter((node) =>
    Object.entries(filter).every(([what, value]) => PLAINLY[what](node, value)),
  );

/** @type {Array<Record<string, any>>} */
const FILTERS = [
  { type: 'closure' },
  { type: ['object', 'regexp', 'no such type'] },
  { class: 'Array' },
  { class: /^(Map|Set)$/ },
  { class: /map$/i },
  { class: /Str.*m/ },
  { name: 'Object' },
  { name: /^system \/ / },
  { name: /^{.*}$/, type: 'object' },
  { name: /a/, property: 'constructor' },
  { property: /^_/ },
  { property: /^[a-c]+$/ },
  { minSelf: 1000 },
  { minRetained: 5000, maxRetained: 20_000, type: 'object' },
  { minReferences: 50 },
  { newerThan: 2 ** 40 },
  { newerThan: 9000, type: ['string', 'concatenated string'] },
  { detached: false, minSelf: 5000 },
  { detached: true },
  { type: 'object', where: (/** @type {any} */ node) => node.edgeCount % 7 === 0 },
  { class: 'nobody', name: /x/ },
];

for (const filter of FILTERS) {
  test(`selected: ${Object.entries(filter).map(([what, value]) => `${what} ${value}`)}`, async () => {
    const wanted = plainly(filter);
    const ordinals = (/** @type {Iterable<any>} */ nodes) => Array.from(nodes, ({ ordinal }) => ordinal);
    assert.deepEqual(ordinals(snapshot.nodes(filter)), ordinals(wanted));
    const told = await snapshot.objects(filter, { top: 20 });
    assert.equal(told.count, wanted.length);
    assert.equal(
      told.selfSize,
      wanted.reduce((sum, node) => sum + node.selfSize, 0),
    );
    // What one keeps that another keeps counts once: those with one of them above them keep nothing of their own.
    const chosen = new Set(ordinals(wanted));
    const outer = wanted.filter(
      (node) => !snapshot.dominators(node).some((/** @type {any} */ above) => chosen.has(above.ordinal)),
    );
    assert.equal(
      told.retainedSize,
      outer.reduce((sum, node) => sum + node.retainedSize, 0),
    );
    const classes = new Map();
    for (const node of wanted) classes.set(node.classKey, (classes.get(node.classKey) ?? 0) + 1);
    assert.equal(told.classCount, classes.size);
    for (const { key, count } of told.classes) assert.equal(count, classes.get(key));
    const given = await snapshot.objects([...wanted, ...wanted.slice(0, 3)], { top: 20 });
    assert.deepEqual(given, told);
    for (const [by, figure] of /** @type {Array<[any, (node: any) => number]>} */ ([
      ['retainedSize', (node) => node.retainedSize],
      ['selfSize', (node) => node.selfSize],
      ['references', references],
    ])) {
      const { objects } = await snapshot.objects(filter, { top: 20, by });
      const first = [...wanted].sort((a, b) => figure(b) - figure(a) || a.ordinal - b.ordinal).slice(0, 20);
      assert.deepEqual(
        objects.map((/** @type {any} */ row) => [row.id, row.retainedSize, row.references]),
        first.map((node) => [node.id, node.retainedSize, by === 'references' ? references(node) : undefined]),
      );
      // By another heap, of which nothing is known yet.
      const fresh = await openSnapshot(file, { prepare: false });
      const subject = filter.where ? wanted.map(({ id }) => id) : filter;
      const largest = await fresh.largest(subject, { top: 20, by });
      fresh.close();
      const plain = objects.map((/** @type {any} */ { distance: _distance, ...row }) => row);
      assert.deepEqual(largest, plain);
      assert.deepEqual(await snapshot.largest(wanted, { top: 20, by }), plain);
    }
  });
}

test('the largest of all, of a few, of none', async () => {
  const fresh = () => openSnapshot(file, { prepare: false });
  const sorted = [...snapshot.nodes()].sort(
    (a, b) => b.retainedSize - a.retainedSize || a.ordinal - b.ordinal,
  );
  const expected = sorted.map(({ id, retainedSize }) => [id, retainedSize]);
  // The last is more than there is a short way to.
  for (const top of [0, 1, 100, 1500]) {
    const heap = await fresh();
    const told = await heap.largest({}, { top });
    assert.deepEqual(
      told.map(({ id, retainedSize }) => [id, retainedSize]),
      expected.slice(0, top),
    );
    heap.close();
  }
  const heap = await fresh();
  const [biggest] = await heap.largest([snapshot.root.id, sorted[5].id, sorted[5].id], { top: 1 });
  assert.equal(biggest.id, snapshot.root.id);
  assert.deepEqual(await heap.largest([]), []);
  assert.deepEqual(await heap.largest({ class: 'Nobody' }), []);
  await assert.rejects(heap.largest({}, { top: -1 }), { code: 'ERR_HEAP_USAGE' });
  await assert.rejects(heap.largest({}, { by: 'name' }), { code: 'ERR_HEAP_USAGE' });
  await assert.rejects(heap.largest({ kind: 'object' }), { message: /^largest\(\) has no option `kind`/ });
  const stopped = AbortSignal.abort();
  await assert.rejects(heap.largest({}, { signal: stopped }), { name: 'AbortError' });
  heap.close();
  await assert.rejects(heap.largest({}), { code: 'ERR_HEAP_CLOSED' });
});

test('patterns in the engine’s words mean what they mean here', () => {
  const texts = [
    '',
    'Map',
    'Set',
    'WeakMap',
    'Map2',
    'a|b',
    'a.b',
    'system / Map',
    '/',
    'axb',
    'Größe',
    '^Map',
  ];
  const plain = [
    /^Map$/,
    /^(Map|Set)$/,
    /Map$/,
    /^(?:Weak)?Map/,
    /a\.b/,
    /a\|b/,
    /^system \/ /,
    /(a\|b|Set)/,
    /^\^/,
    /\//,
  ];
  const other = [/map/i, /^Map$/m, /a.b/, /a|b/, /[MS]/, /Ma?p/, /\bMap/, /ö/, /(?=M)/, /(Map)\1/];
  for (const pattern of [...plain, ...other]) {
    const { holds, words } = readText(pattern, 'name');
    if (other.includes(pattern)) assert.equal(words, undefined, String(pattern));
    for (const text of texts) {
      assert.equal(holds(text), pattern.test(text));
      if (words === undefined) continue;
      const { any, starts, ends } = words;
      const found = any.some((one) =>
        starts && ends
          ? text === one
          : starts
            ? text.startsWith(one)
            : ends
              ? text.endsWith(one)
              : text.includes(one),
      );
      assert.equal(found, pattern.test(text), `${pattern} in ${text}`);
    }
  }
  assert.ok(readText(/^(Map|Set)$/, 'class').words);
});

test('a figure that is looked up singly is that of its column', async () => {
  const fresh = await openSnapshot(file, { prepare: false });
  const one = (/** @type {any} */ node) => [
    ...[node.id, node.type, node.name, node.class, node.classKey, node.selfSize, node.retainedSize],
    ...[node.distance, node.detachedness, node.dominator?.ordinal, node.edgeCount, node.heldBy],
    [...node.edges()].slice(0, 5).map((edge) => [edge.kind, edge.name, edge.to.ordinal, edge.from.ordinal]),
  ];
  for (let ordinal = 0; ordinal < fresh.nodeCount; ordinal += 997)
    assert.deepEqual(one(fresh.nodeAt(ordinal)), one(snapshot.nodeAt(ordinal)));
  const { nodeCount, edgeCount } = snapshot;
  for (const name of NAMES) {
    const column = snapshot.columns[name];
    assert.equal(
      column.length,
      /^edge|retainerEdges/.test(name) ? edgeCount : nodeCount + Number(name.startsWith('first')),
    );
    assert.deepEqual(fresh.columns[name], column);
  }
  fresh.close();
  assert.throws(() => fresh.nodeAt(0), { code: 'ERR_HEAP_CLOSED' });
});

test('sizes of collections are those of the list of collections', async () => {
  const { collections } = await snapshot.collections({ top: 1e9 });
  const sizes = await snapshot.collectionSizes();
  const rows = Array.from(sizes.ordinals, (ordinal, index) => ({
    id: sizes.ids[index],
    entries: sizes.entries[index],
    slots: sizes.slots[index],
    heldBy: snapshot.nodeAt(ordinal).heldBy,
  }));
  assert.ok(rows.length > 3);
  assert.deepEqual(
    rows.sort((a, b) => a.id - b.id),
    collections
      .map((/** @type {any} */ { node, entries, slots, heldBy }) => ({ id: node.id, entries, slots, heldBy }))
      .sort((/** @type {any} */ a, /** @type {any} */ b) => a.id - b.id),
  );
  const large = await snapshot.collectionSizes({ least: 1000 });
  assert.deepEqual(
    [...large.ids].sort(),
    rows
      .filter(({ slots }) => slots >= 1000)
      .map(({ id }) => id)
      .sort(),
  );
  await assert.rejects(snapshot.collectionSizes({ most: 3 }), { code: 'ERR_HEAP_USAGE' });
  await assert.rejects(snapshot.objects({}, { by: 'name' }), { code: 'ERR_HEAP_USAGE' });
});

for (const question of /** @type {Array<'objects' | 'largest'>} */ (['objects', 'largest'])) {
  test(`what ${question}() finds out is in the index for the next process`, async () => {
    const copy = path.join(directory, `${question}.heapsnapshot`);
    fs.copyFileSync(file, copy);
    const ask = async () => {
      const kept = await openSnapshot(copy, { cache: true, prepare: false });
      const told = await kept[question]({ type: 'object' }, { top: 5 });
      kept.close();
      return { told, bytes: fs.statSync(`${copy}.heapindex`).size };
    };
    const bare = await openSnapshot(copy, { cache: true, prepare: false });
    bare.close();
    const without = fs.statSync(`${copy}.heapindex`).size;
    const [first, second] = [await ask(), await ask()];
    assert.ok(first.bytes > without);
    assert.deepEqual(second, first);
    assert.deepEqual(first.told, await snapshot[question]({ type: 'object' }, { top: 5 }));
  });
}
