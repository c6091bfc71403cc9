'use strict';

const assert = require('node:assert/strict');
const { getEventListeners } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const test = require('node:test');
const { analyze, compare, version } = require('../..');
const { sessionsText, writeChain } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);
const base = path.join(directory, 'base.heapsnapshot');
const target = path.join(directory, 'target.heapsnapshot');
const long = path.join(directory, 'long.heapsnapshot');
fs.writeFileSync(base, sessionsText(10));
fs.writeFileSync(target, sessionsText(25));
writeChain(long, 1_000_000);

const reason = new Error('enough');
const isReason = (error) => error === reason;

test('analyze: every figure of a heap that is small enough to count by hand', async () => {
  const answer = await analyze(base);
  assert.equal(answer.schemaVersion, 1);
  assert.deepEqual(answer.tool, { name: 'heap-analyzer', version });
  const sizeBytes = fs.statSync(base).size;
  assert.deepEqual(answer.snapshots, [{ path: base, sizeBytes, nodeCount: 14, edgeCount: 13 }]);
  // 40 for the global object, 32 + 64 for the Map with its table, and 10 sessions.
  assert.deepEqual(answer.totals, { selfSize: 1136, v8Heap: 1136, native: 0, externalBytes: 0 });
  assert.equal(answer.statistics.total, 1136);
  assert.equal(answer.classCount, answer.classes.length);
  const row = (name) => answer.classes.find((entry) => entry.name === name);
  assert.deepEqual(row('Session'), {
    name: 'Session',
    key: row('Session').key,
    count: 10,
    selfSize: 1000,
    retainedSize: 1000,
    distance: 4,
  });
  // The table's own size belongs to the Map.
  assert.equal(row('Map').selfSize, 96);
  assert.equal(row('Map').retainedSize, 1096);
  // One object holds all the others, so it stands for them.
  const global = { id: 3, name: 'global', class: 'global' };
  assert.deepEqual(answer.biggest, [
    {
      node: { ...global, type: 'object', selfSize: 40, distance: 1 },
      retainedSize: 1136,
      path: [{ edge: { name: '1', kind: 'element' }, node: global, text: answer.biggest[0].path[0].text }],
    },
  ]);
});

test('analyze: path, URL, Buffer, Uint8Array and ArrayBuffer give the same answer', async () => {
  const bytes = fs.readFileSync(base);
  const apart = new Uint8Array(bytes); // of its own: a Buffer may share its ArrayBuffer with others
  const [byPath, byUrl, ...byBytes] = await Promise.all(
    [base, pathToFileURL(base), bytes, apart, apart.buffer].map((input) => analyze(input)),
  );
  assert.deepEqual(byUrl, byPath);
  for (const answer of byBytes) {
    assert.ok(!('path' in answer.snapshots[0]));
    assert.deepEqual({ ...answer, snapshots: byPath.snapshots }, byPath);
  }
});

test('analyze: top limits the rows, all gives every class', async () => {
  const some = await analyze(base, { top: 1 });
  assert.equal(some.classes.length, 1);
  assert.equal(some.biggest.length, 1);
  assert.ok(some.classCount > 1);
  const all = await analyze(base, { top: 1, all: true });
  assert.equal(all.classes.length, all.classCount);
  const none = await analyze(base, { top: 0 });
  assert.deepEqual([none.classes, none.biggest], [[], []]);
});

test('analyze: the number of threads changes nothing', async () => {
  assert.deepEqual(await analyze(base, { threads: 1 }), await analyze(base, { threads: 3 }));
});

test('compare: what was added, and who holds it', async () => {
  const answer = await compare(base, target);
  assert.deepEqual(
    answer.snapshots.map(({ path: file, nodeCount }) => [file, nodeCount]),
    [
      [base, 14],
      [target, 29],
    ],
  );
  assert.equal(answer.totals.delta.selfSize, 1500);
  assert.equal(answer.totals.target.selfSize - answer.totals.base.selfSize, 1500);
  assert.equal(answer.rowCount, 1);
  const { key, ...row } = answer.rows[0];
  assert.equal(typeof key, 'string');
  assert.deepEqual(row, {
    name: 'Session',
    addedCount: 15,
    removedCount: 0,
    countDelta: 15,
    addedSize: 1500,
    removedSize: 0,
    sizeDelta: 1500,
  });
  const [grown] = answer.growth;
  assert.equal(grown.name, 'Session');
  assert.equal(grown.heldCount, 15);
  assert.equal(grown.heldSize, 1500);
  assert.ok([5, 7].includes(grown.holder.id), 'the Map, or its table');
});

test('compare: growth is left out on request, top limits the rows, all does not', async () => {
  const without = await compare(base, target, { growth: false });
  assert.ok(!('growth' in without));
  assert.deepEqual((await compare(base, target, { top: 0 })).rows, []);
  assert.equal((await compare(base, target, { top: 0 })).rowCount, 1);
  assert.equal((await compare(base, target, { top: 0, all: true })).rows.length, 1);
});

test('compare: a snapshot with itself has no rows', async () => {
  const answer = await compare(base, fs.readFileSync(base));
  assert.equal(answer.rowCount, 0);
  assert.deepEqual(answer.rows, []);
  assert.deepEqual(answer.growth, []);
  assert.equal(answer.totals.delta.selfSize, 0);
});

test('progress is told, and never falls', async () => {
  const seen = [];
  await analyze(long, { onProgress: (progress) => seen.push(progress) });
  assert.ok(seen.length >= 3, `${seen.length} reports`);
  for (const [index, { phase, fraction, ...rest }] of seen.entries()) {
    assert.match(phase, /^[a-z][a-z -]+$/);
    assert.ok(fraction >= 0 && fraction <= 1);
    assert.ok(index === 0 || fraction >= seen[index - 1].fraction, 'falls');
    assert.deepEqual(rest, {});
  }
});

test('what onProgress throws stops the work and is what the promise rejects with', async () => {
  let calls = 0;
  const failing = () => {
    calls++;
    throw reason;
  };
  await assert.rejects(analyze(long, { onProgress: failing }), isReason);
  assert.equal(calls, 1);
  await assert.rejects(analyze(long, { onProgress: () => Promise.reject(reason) }), isReason);
});

test('a signal that is already aborted: nothing is begun', async () => {
  const signal = AbortSignal.abort(reason);
  await assert.rejects(analyze('/there/is/nothing', { signal }), isReason);
  await assert.rejects(compare('/there/is/nothing', '/nor/here', { signal }), isReason);
});

test('a signal that aborts midway: rejects with its reason and leaves no listener', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const pending = analyze(long, { signal, onProgress: () => controller.abort(reason) });
  await assert.rejects(pending, isReason);
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
  const timed = await analyze(long, { signal: AbortSignal.timeout(15) }).catch((error) => error);
  assert.equal(timed.name, 'TimeoutError');
});

test('a signal that never aborts: no listener is left either', async () => {
  const { signal } = new AbortController();
  await analyze(base, { signal });
  await compare(base, target, { signal });
  await assert.rejects(analyze('/there/is/nothing', { signal }));
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
});

test('many at once wait for their turn; one that is aborted in line leaves it', async () => {
  const controller = new AbortController();
  const calls = Array.from({ length: 8 }, (_, index) =>
    analyze(long, { top: 1, signal: index === 5 ? controller.signal : undefined }),
  );
  controller.abort(reason);
  await assert.rejects(calls[5], isReason);
  const answers = await Promise.all(calls.filter((_, index) => index !== 5));
  for (const { snapshots } of answers) assert.equal(snapshots[0].nodeCount, 1_000_001);
});

test('while analyses run and wait, the files of the app are not kept waiting', async () => {
  let slowest = 0;
  let running = true;
  const calls = Promise.all(Array.from({ length: 6 }, () => analyze(long, { top: 1, threads: 1 })));
  const app = (async () => {
    while (running) {
      const started = performance.now();
      await fs.promises.stat(base);
      slowest = Math.max(slowest, performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  const started = performance.now();
  await calls;
  const all = performance.now() - started;
  running = false;
  await app;
  // With all of libuv's threads taken, a look at a file would wait for whole analyses.
  assert.ok(slowest < all / 3, `${slowest} ms of ${all} ms`);
});

test('an error has a stack that leads to the caller', async () => {
  async function theCaller() {
    await analyze('/there/is/nothing');
  }
  await assert.rejects(theCaller(), (error) => {
    assert.match(error.stack, /theCaller/);
    assert.ok(error.cause instanceof Error);
    return true;
  });
});
