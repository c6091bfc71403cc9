'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { correctionFrom, estimate, judge, preflight } = require('../../../lib/capture/preflight');

const heap = { heapUsed: 660e6, largeObjectSpace: 60e6 };

test('nodes follow the heap without its large objects, costs follow the nodes', () => {
  assert.deepEqual(estimate(heap, 20), {
    nodes: 10e6,
    pauseMs: 42_000,
    memoryBytes: 3.2e9,
    fileBytes: 1.2e9,
    heapUsed: 660e6,
  });
  const newer = estimate(heap, 24);
  assert.equal(newer.pauseMs, 27_000);
  assert.equal(newer.memoryBytes, 2.85e9);
  assert.equal(estimate(heap, 20, 0.5).nodes, 5e6);
  assert.equal(estimate({ heapUsed: 1, largeObjectSpace: 2 }, 20).nodes, 0);
});

test('the correction that a capture teaches is bounded', () => {
  for (const [estimated, real, expected] of [
    [100, 150, 1.5],
    [100, 1, 0.5],
    [100, 10_000, 8],
    [0, 10, 1],
    [10, 0, 1],
  ]) {
    assert.equal(correctionFrom(estimated, real), expected);
  }
});

const plenty = { bytes: 100e9, limit: null, where: 'host' };

test('lets through what fits, and what nothing is known about', () => {
  for (const [memory, disk] of [
    [plenty, 1e12],
    [null, null],
    [plenty, null],
    [null, 1e12],
  ]) {
    assert.deepEqual(judge(estimate(heap, 20), memory, disk), { refusal: null, warning: null });
  }
});

test('refuses with the numbers when the memory is too small', () => {
  const { refusal } = judge(
    estimate(heap, 20),
    { bytes: 500e6, limit: 1.2e9, where: '/sys/fs/cgroup' },
    null,
  );
  assert.equal(
    refusal,
    'a snapshot of this heap (660 MB, about 10000000 nodes) needs about 3200 MB of memory beside the heap and ' +
      'a pause of about 42.0 s, but only 500 MB are available (limit 1200 MB of /sys/fs/cgroup)',
  );
});

test('refuses with the numbers when the disk is too small', () => {
  const { refusal } = judge(estimate(heap, 20), plenty, 5e6);
  assert.match(refusal, /takes about 1200 MB on disk, but only 5\.0 MB are free/);
});

test('warns when a heap of many small objects would not fit', () => {
  const { refusal, warning } = judge(estimate(heap, 20), { bytes: 4e9, limit: null, where: 'host' }, null);
  assert.equal(refusal, null);
  assert.match(
    warning,
    /expected to need 3200 MB.*can need 5940 MB.*only 4000 MB are available \(on this host\)/,
  );
});

test('the check as a whole: refusal is ERR_HEAP_CAPTURE and names the way around it', async () => {
  const warnings = [];
  const readers = (memory) => ({
    memory: async () => memory,
    disk: async () => null,
    warn: (text) => warnings.push(text),
  });
  await assert.rejects(preflight(estimate(heap, 20), readers({ ...plenty, bytes: 1e6 })), {
    code: 'ERR_HEAP_CAPTURE',
    message: /the option `force: true` captures anyway$/,
  });
  assert.deepEqual(warnings, []);
  await preflight(estimate(heap, 20), readers({ ...plenty, bytes: 4e9 }));
  assert.equal(warnings.length, 1);
  await preflight(estimate(heap, 20), readers(plenty));
  assert.equal(warnings.length, 1);
});
