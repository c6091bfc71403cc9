'use strict';

/**
 * watchMemory() in a real process: what the guide's scheduler, alerts and monitoring do, within bounds.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { analyze, memoryLedger, watchMemory } = require('../..');
const { runSource } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

test("the guide's scheduler: a snapshot when the heap is above a line", async (t) => {
  const directory = temporaryDirectory(t);
  const alerts = [];
  const watch = watchMemory({
    heapUsedAbove: 1024 * 1024,
    every: '5min',
    snapshot: { directory },
    onAlert: (alert) => alerts.push(alert),
  });
  t.after(watch.stop);
  assert.deepEqual(await watch.check(), alerts);
  const [{ kind, snapshot, memory }] = alerts;
  assert.equal(kind, 'heapUsed');
  assert.match(path.basename(snapshot.path), /-alert-heapUsed\.heapsnapshot$/);
  assert.equal(path.dirname(snapshot.path), directory);
  assert.equal((await analyze(snapshot.path)).snapshots[0].nodeCount, snapshot.nodeCount);
  assert.ok(memory.heapUsed > 1024 * 1024);
  assert.deepEqual(await watch.check(), [], 'not again at once');
  assert.equal(fs.readdirSync(directory).length, 2);
});

test("the guide's alert: half as much again, and the baseline follows", async (t) => {
  const watch = watchMemory({ growthAbove: '50%', every: 10, onAlert: (alert) => alerts.push(alert) });
  const alerts = [];
  t.after(watch.stop);
  const before = watch.baseline;
  const kept = Array.from({ length: 200_000 }, (_, i) => ({ i, text: `kept ${i}` }));
  for (let i = 0; i < 200 && alerts.length === 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(alerts[0].kind, 'growth');
  assert.equal(alerts[0].baseline, before);
  assert.ok(watch.baseline > before * 1.5);
  assert.ok(!('snapshot' in alerts[0]));
  assert.equal(kept.length, 200_000);
});

test("the guide's monitoring: every figure to a gauge, at its time", async (t) => {
  const gauges = new Map();
  const stop = new AbortController();
  watchMemory({ every: 10, gauge: (name, value) => gauges.set(name, value), signal: stop.signal });
  t.after(() => stop.abort());
  for (let i = 0; i < 200 && gauges.size === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  for (const name of ['rss', 'heap_used', 'heap_total']) {
    assert.ok(gauges.get(`nodejs.memory.${name}`) > 1e6, name);
  }
  stop.abort();
  gauges.clear();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(gauges.size, 0, 'stopped');
});

test('the ledger adds up', () => {
  const buffer = Buffer.alloc(50e6, 1);
  const { rss, heapTotal, heapUsed, heapLimit, external, arrayBuffers, malloced, mappedFiles, unexplained } =
    memoryLedger();
  assert.equal(rss, heapTotal + external + malloced + (mappedFiles ?? 0) + unexplained);
  assert.ok(heapUsed <= heapTotal && heapTotal < heapLimit && arrayBuffers <= external);
  assert.ok(arrayBuffers >= buffer.length);
  if (process.platform === 'linux') assert.ok(mappedFiles > 1e6);
  assert.ok(unexplained < 300e6, `${unexplained}`);
});

test('a watch does not keep the process alive, and leaves nothing behind when it is stopped', async () => {
  const source = `
    const { watchMemory } = require(root);
    const watch = watchMemory({ heapUsedAbove: 1, every: 20, onAlert() {}, gauge() {} });
    watchMemory({ growthAbove: 0.5, signal: AbortSignal.abort() });
    console.log(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length);
    watch.stop();
    watch.stop();`;
  const started = Date.now();
  const { stdout, stderr, code } = await runSource(source);
  assert.deepEqual({ stdout, stderr, code }, { stdout: '0\n', stderr: '', code: 0 });
  const left = await runSource(`require(root).watchMemory({ heapUsedAbove: 1e12, every: '1h' });`);
  assert.equal(left.code, 0);
  assert.ok(Date.now() - started < 10_000);
});

test('options are read strictly', () => {
  for (const [options, about] of [
    [undefined, /nothing to watch for/],
    [{}, /nothing to watch for/],
    [{ every: '5min' }, /nothing to watch for/],
    [{ growthAbove: 50 }, /share up to 10/],
    [{ growthAbove: '50' }, /share up to 10/],
    [{ growthAbove: 0 }, /share up to 10/],
    [{ heapUsedAbove: '500MB' }, /integer/],
    [{ heapUsedAbove: 1, every: 0 }, /milliseconds/],
    [{ heapUsedAbove: 1, every: '5 minutes' }, /milliseconds/],
    [{ heapUsedAbove: 1, every: '1000h' }, /milliseconds/],
    [{ heapUsedAbove: 1, snapshot: 'yes' }, /snapshot/],
    [{ heapUsedAbove: 1, snapshot: { directoy: 'x' } }, /did you mean `directory`/],
    [{ heapUsedAbov: 1 }, /did you mean `heapUsedAbove`/],
    [{ heapUsedAbove: 1, onAlert: 'x' }, /function/],
  ]) {
    assert.throws(
      () => watchMemory(options),
      { code: 'ERR_HEAP_USAGE', message: about },
      JSON.stringify(options),
    );
  }
});
