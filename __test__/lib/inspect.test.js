'use strict';

/**
 * inspectObject on what every Node version really writes, held against the program that was captured and against a
 * reading of the file that owes nothing to the engine.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const test = require('node:test');
const { analyze, inspectObject, version } = require('../..');
const { make } = require('../../fixtures/make');
const { majors } = require('../../fixtures/nodes');
const { elementOf, objectOf, readNodes } = require('../helpers/objects');
const { sessionsText, snapshotText, writeChain } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);
const file = path.join(directory, 'heap.heapsnapshot');
fs.writeFileSync(file, sessionsText(10));

const PROGRAM = path.join(__dirname, '..', '..', 'fixtures', 'programs', 'held.js');
const SOURCE = fs.readFileSync(PROGRAM, 'utf8').split('\n');
/** @param {string} start */
const lineOf = (start) => SOURCE.findIndex((line) => line.trimStart().startsWith(start)) + 1;
const texts = (path_) => path_.map((hop) => hop.text);

test('every figure of a heap that is small enough to count by hand', async () => {
  const answer = await inspectObject(file, 5);
  const map = {
    id: 5,
    name: 'Map',
    class: 'Map',
    type: 'object',
    selfSize: 96,
    distance: 2,
    retainedSize: 1096,
  };
  const global = {
    id: 3,
    name: 'global',
    class: 'global',
    type: 'object',
    selfSize: 40,
    distance: 1,
    retainedSize: 1136,
  };
  const root = {
    id: 1,
    name: '',
    class: '(synthetic)',
    type: 'synthetic',
    selfSize: 0,
    distance: 100_000_000,
    retainedSize: 1136,
  };
  const table = {
    id: 7,
    name: '(object elements)',
    class: '(array)',
    type: 'array',
    selfSize: 0,
    distance: 3,
    retainedSize: 1000,
  };
  const ref = ({ id, name, class: of }) => ({ id, name, class: of });
  assert.deepEqual(answer, {
    schemaVersion: 1,
    tool: { name: 'heap-analyzer', version },
    snapshots: [{ path: file, sizeBytes: fs.statSync(file).size, nodeCount: 14, edgeCount: 13 }],
    node: { ordinal: 2, ...map, detachedness: 'unknown', variable: { name: 'globalThis.sessions' } },
    sentence:
      'Map "globalThis.sessions" @5 keeps 1.1 kB alive, 96 B of it its own. ' +
      'One reference holds it: cutting .sessions of global @3 frees 1.1 kB.',
    holders: {
      independent: 1,
      cut: {
        edge: { name: 'sessions', kind: 'property' },
        from: ref(global),
        to: ref(map),
        text: '.sessions of global @3',
        frees: 1096,
      },
    },
    paths: [
      [
        { edge: { name: '1', kind: 'element' }, node: ref(global), text: 'global' },
        { edge: { name: 'sessions', kind: 'property' }, node: ref(map), text: '.sessions' },
      ],
    ],
    dominator: global,
    dominators: [global, root],
    dominatorCount: 2,
    properties: [{ name: 'table', kind: 'internal', node: table }],
    propertyCount: 1,
    retainers: [{ name: 'sessions', kind: 'property', node: global, distance: 1 }],
    retainerCount: 1,
    dominated: {
      count: 11,
      selfSize: 1000,
      classes: [
        { name: 'Session', key: ',Session', count: 10, selfSize: 1000 },
        { name: '(array)', key: ',(array)', count: 1, selfSize: 0 },
      ],
      classCount: 2,
    },
  });
});

test('ids as people and programs write them, and inputs of every kind', async () => {
  const bytes = fs.readFileSync(file);
  const [expected, ...others] = await Promise.all([
    inspectObject(file, 5),
    inspectObject(file, '5'),
    inspectObject(file, '@5'),
    inspectObject(pathToFileURL(file), 5, { threads: 1 }),
    inspectObject(bytes, 5),
    inspectObject(new Uint8Array(bytes), 5),
  ]);
  for (const other of others) assert.deepEqual({ ...other, snapshots: expected.snapshots }, expected);
});

test('what is no id, and what is the id of nothing', async () => {
  for (const id of ['', '@', 'x5', '5.5', '@-1', '99999999999', 1.5, -1, NaN, 2 ** 32, null, undefined, {}]) {
    await assert.rejects(inspectObject(file, id), { code: 'ERR_HEAP_USAGE', message: /object id|objectId/ });
  }
  await assert.rejects(inspectObject(file, 4), {
    name: 'HeapAnalyzerError',
    code: 'ERR_HEAP_NO_OBJECT',
    message: `${file}: no object has the id @4; the nearest ids are @3 (global) and @5 (Map). Objects keep their ids only within one process, and one that was collected has none any more`,
  });
  await assert.rejects(inspectObject(file, 0xffffffff), {
    message: /the nearest id is @119 \(Session\), the greatest\./,
  });
  await assert.rejects(inspectObject(fs.readFileSync(file), 0), {
    message: /^no object has the id @0; the nearest id is @1 \(synthetic\)\./,
  });
});

test('options that are not what they should be are refused', async () => {
  for (const options of [
    { limit: -1 },
    { textLimit: '9' },
    { paths: 0 },
    { hidden: 1 },
    { rawPaths: 'x' },
    { top: 3 },
  ]) {
    await assert.rejects(inspectObject(file, 5, options), { code: 'ERR_HEAP_USAGE' });
  }
  await assert.rejects(inspectObject(file, 5, { path: 3 }), {
    message: /no option `path`: did you mean `paths`\?/,
  });
});

test('lists are bounded, and the answer says how long they are', async () => {
  const { properties, propertyCount, dominated } = await inspectObject(file, 7, { limit: 4 });
  assert.deepEqual([properties.length, propertyCount], [4, 10]);
  assert.deepEqual([dominated.classes.length, dominated.classCount, dominated.count], [1, 1, 10]);
});

test('a list as deep as the heap, cancelled and told how far it is', async () => {
  const long = writeChain(path.join(directory, 'long.heapsnapshot'), 300_000);
  const fractions = [];
  const { paths, dominatorCount, dominators } = await inspectObject(long, 600_001, {
    onProgress: ({ fraction }) => fractions.push(fraction),
  });
  assert.equal(dominatorCount, 300_000);
  assert.equal(dominators.length, 100);
  assert.deepEqual(texts(paths[0]), ['Link', '.next × 299999']);
  assert.equal(paths[0][1].repeats, 299_999);
  assert.ok(fractions.length > 5 && fractions.every((value, i) => i === 0 || value >= fractions[i - 1]));
  const raw = await inspectObject(long, 600_001, { rawPaths: true });
  assert.equal(raw.paths[0].length, 256);
  const reason = new Error('enough');
  const controller = new AbortController();
  const cancelled = inspectObject(long, 3, {
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  await assert.rejects(cancelled, (error) => error === reason);
});

test('two holders that have nothing in common', async () => {
  const two = path.join(directory, 'two.heapsnapshot');
  const handle = (id) => ({
    type: 'native',
    name: 'Node / Wrap',
    id,
    size: 8,
    edges: [{ type: 'internal', name: 'x', to: 3 }],
  });
  fs.writeFileSync(
    two,
    snapshotText([
      {
        type: 'synthetic',
        name: '',
        id: 1,
        edges: [
          { type: 'element', name: 1, to: 1 },
          { type: 'element', name: 2, to: 2 },
        ],
      },
      handle(3),
      handle(5),
      { type: 'object', name: 'Socket', id: 7, size: 100, edges: [{ type: 'weak', name: 'weak', to: 1 }] },
    ]),
  );
  const socket = await inspectObject(two, 7);
  assert.deepEqual(socket.holders, { independent: 2 });
  assert.deepEqual(socket.paths.map(texts), [
    ['Node / Wrap', '⟨x⟩'],
    ['Node / Wrap', '⟨x⟩'],
  ]);
  assert.match(socket.sentence, / 2 independent holders keep it: cutting one frees nothing\.$/);
  const one = await inspectObject(two, 3);
  assert.match(one.sentence, / Only the root holds it: V8 itself, or Node for an open handle\.$/);
  assert.equal(one.retainerCount, 0);
  const hidden = await inspectObject(two, 3, { hidden: true });
  assert.deepEqual(
    hidden.retainers.map(({ name, kind }) => [name, kind]),
    [
      ['weak', 'weak'],
      ['1', 'element'],
    ],
  );
});

for (const node of majors()) {
  test(`Node ${node}: what holds objects, in the words of the program`, async () => {
    const heap = await make({ program: 'held', node });
    const all = readNodes(heap);
    const target = (from, kind, name) =>
      all[all[from].edges.find((edge) => edge.kind === kind && edge.name === name)?.to ?? -1];
    const scope = all.find(
      ({ name, edges }) => name === 'system / Context' && edges.some((edge) => edge.name === 'favourites'),
    );
    const known = all.find(
      ({ type, edges }) =>
        type === 'object' && ['rope', 'list', 'slice'].every((name) => edges.some((e) => e.name === name)),
    );

    // One variable.
    const sessions = await inspectObject(heap, target(scope.ordinal, 'context', 'sessions').id);
    assert.equal(sessions.node.entries, 300);
    assert.deepEqual(sessions.node.variable, {
      name: 'sessions',
      place: { file: PROGRAM, line: lineOf('const sessions') },
    });
    assert.equal(sessions.holders.independent, 1);
    assert.equal(sessions.holders.cut.frees, sessions.node.retainedSize);
    assert.equal(
      sessions.holders.cut.text,
      `variable "sessions" of a scope in ${path.relative('.', PROGRAM)}`,
    );
    assert.equal(sessions.holders.cut.from.id, scope.id);
    assert.match(
      sessions.sentence,
      new RegExp(`^Map "sessions" @\\d+ of 300 entries in \\S+held\\.js:${lineOf('const sessions')} keeps`),
    );
    const row = sessions.dominated.classes.find(({ name }) => name === 'Session');
    assert.equal(row.count, 299, 'one is held by another variable too');

    // Two of them.
    const favourite = target(target(scope.ordinal, 'context', 'favourites').ordinal, 'element', 0);
    const session = await inspectObject(heap, favourite.id);
    assert.equal(session.holders.independent, 2);
    assert.equal(session.holders.shared.id, scope.id);
    assert.deepEqual(session.paths.map((way) => texts(way).slice(-2)).sort(), [
      ['⟨context⟩ favourites', '[0]'],
      ['⟨context⟩ sessions', '.get("visitor 7")'],
    ]);
    const tick = session.paths[0].find((hop) => hop.place?.function === 'tick');
    assert.equal(tick.place.line, lineOf('const timer'));
    assert.equal(session.node.place.file, PROGRAM);
    assert.ok(Math.abs(session.node.place.line - lineOf('class Session')) <= 2);
    const properties = session.properties.map(({ name }) => name);
    assert.deepEqual(properties.slice(0, 2), ['user', 'visits']);

    // An entry that only the Map has.
    const other = all.find(
      (each) =>
        each.name === 'Session' &&
        each.type === 'object' &&
        each.id !== favourite.id &&
        target(each.ordinal, 'property', 'visits'),
    );
    const entry = await inspectObject(heap, other.id);
    assert.match(entry.node.variable.name, /^sessions\.get\("visitor \d+"\)$/);
    assert.match(entry.holders.cut.text, /^its entry in Map "sessions" @\d+$/);
    assert.equal(entry.holders.cut.frees, entry.node.retainedSize);

    // Strings.
    const rope = await inspectObject(heap, target(known.ordinal, 'property', 'rope').id, { textLimit: 1e6 });
    const expected = `begin;${Array.from({ length: 5000 }, (_, i) => `part ${i};`).join('')}`;
    assert.deepEqual(rope.node.value, { type: 'string', text: expected, length: expected.length });
    const cut = await inspectObject(heap, rope.node.id, { textLimit: 10 });
    assert.deepEqual(cut.node.value, {
      type: 'string',
      text: expected.slice(0, 10),
      length: expected.length,
      truncated: true,
    });
    // The variable was on the stack when the snapshot was taken.
    assert.deepEqual(texts(rope.holders.cut.besides).slice(0, 2), ['(GC roots)', '(Stack roots)']);
    const slice = await inspectObject(heap, target(known.ordinal, 'property', 'slice').id);
    const parent = target(slice.node.ordinal, 'internal', 'parent');
    assert.equal(slice.node.value.sliceOf, parent.id);
    assert.equal(slice.node.value.cutParts, 1);
    assert.equal(slice.node.value.text, 'a line of a long text\n'.repeat(1000).slice(0, 1024));

    // Other values.
    const value = async (of) => (await inspectObject(heap, of.id)).node.value;
    assert.deepEqual(await value(target(known.ordinal, 'property', 'pattern')), {
      type: 'regexp',
      text: '^held',
    });
    const truth = target(target(known.ordinal, 'property', 'truth').ordinal, 'element', 0);
    assert.deepEqual(await value(truth), { type: 'boolean', text: 'true' });
    if (node >= 20) {
      assert.deepEqual(await value(target(known.ordinal, 'property', 'ratio')), {
        type: 'number',
        text: '2.5',
      });
    }

    // A list.
    let link = target(known.ordinal, 'property', 'list');
    const head = link;
    for (let i = 0; i < 1000; i++) link = target(link.ordinal, 'property', 'next');
    const deep = await inspectObject(heap, link.id, { limit: 1000 });
    assert.deepEqual(texts(deep.paths[0]).slice(-3), ['.known', '.list', '.next × 1000']);
    assert.equal(deep.dominators[999].id, head.id);
  });

  test(`Node ${node}: who allocated what, when that was recorded`, async () => {
    const timeline = await make({ program: 'timeline', node });
    const program = path.join(__dirname, '..', '..', 'fixtures', 'programs', 'timeline.js');
    const source = fs.readFileSync(program, 'utf8').split('\n');
    const made = elementOf(timeline, 'held', 499);
    const { allocation } = await inspectObject(timeline, made);
    assert.equal(allocation[0].function, 'allocate');
    assert.equal(allocation[0].file, program);
    assert.equal(allocation[0].line, source.findIndex((line) => line.includes('const allocate =')) + 1);
    assert.equal(allocation[1].function, 'main');
    // The second half was made in a callback of a builtin.
    const later = await inspectObject(timeline, elementOf(timeline, 'held', 999));
    assert.deepEqual(
      later.allocation.slice(0, 3).map((frame) => frame.function),
      ['allocate', 'forEach', 'main'],
    );
    assert.ok(!('file' in later.allocation[1]));
    // What was there before has none.
    const before = objectOf(timeline, ({ name, type }) => name === 'main' && type === 'closure');
    assert.ok('sentence' in (await inspectObject(timeline, before)));
    assert.ok(!('allocation' in (await inspectObject(await make({ program: 'plain', node }), 3))));
  });
}

test('paths never lead over weak references, and are what the file has', async () => {
  const heap = await make({ program: 'express', node: 24 });
  const all = readNodes(heap);
  const byId = new Map(all.map((each) => [each.id, each]));
  const { biggest } = await analyze(heap, { top: 200 });
  const ids = [
    ...biggest.map(({ node }) => node.id),
    ...all.filter((_, i) => i % 4000 === 7).map(({ id }) => id),
  ];
  for (const id of ids) {
    const { paths, holders, dominators, retainerCount, node } = await inspectObject(heap, id, {
      rawPaths: true,
    });
    assert.equal(holders.independent, paths.length);
    /** @type {Set<number>} */
    const seen = new Set();
    for (const hops of paths) {
      let from = all[0];
      if (hops.length === 256) continue;
      for (const { edge, node: to } of hops) {
        const found = from.edges.some(
          ({ kind, name, to: at }) =>
            kind === edge.kind && String(name) === edge.name && all[at].id === to.id,
        );
        assert.ok(found, `@${from.id} has ${edge.kind} ${edge.name} to @${to.id}`);
        assert.notEqual(edge.kind, 'weak');
        from = byId.get(to.id);
      }
      assert.equal(from.id, id);
      // Nothing in common after the object that is shared, but for categories of roots.
      const shared = hops.findIndex((hop) => hop.node.id === holders.shared?.id);
      assert.ok(!holders.shared || shared !== -1);
      for (const { node: own } of hops.slice(shared + 1, -1)) {
        if (byId.get(own.id).type === 'synthetic') continue;
        assert.ok(!seen.has(own.id), `@${own.id} is on two ways to @${id}`);
        seen.add(own.id);
      }
      // All dominators are on every way.
      const on = new Set([1, ...hops.map((hop) => hop.node.id)]);
      for (const above of dominators) assert.ok(on.has(above.id), `@${above.id} is on the way to @${id}`);
    }
    const referring = all.reduce(
      (sum, each) =>
        each.ordinal === 0
          ? sum
          : sum + each.edges.filter((edge) => edge.to === node.ordinal && edge.kind !== 'weak').length,
      0,
    );
    assert.equal(retainerCount, referring);
  }
});
