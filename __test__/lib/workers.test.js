'use strict';

/**
 * The package inside of worker threads: each has its own isolate to capture, and an engine that all share.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { Worker } = require('node:worker_threads');
const { analyze } = require('../..');
const { root } = require('../helpers/run');
const { sessionsText, writeChain } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);
const small = path.join(directory, 'small.heapsnapshot');
const long = path.join(directory, 'long.heapsnapshot');
fs.writeFileSync(small, sessionsText(10));
writeChain(long, 500_000);

/**
 * @param {string} source may use `api`, `data` and `tell`
 * @param {any} [data]
 */
function start(source, data) {
  const prologue = `
    const { parentPort, workerData: data } = require('node:worker_threads');
    const api = require(${JSON.stringify(root)});
    const tell = (message) => parentPort.postMessage(message);`;
  const worker = new Worker(prologue + source, { eval: true, workerData: data });
  const message = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  const exit = new Promise((resolve) => worker.once('exit', resolve));
  return { worker, message, exit };
}

const ANALYZE = `api.analyze(data, { top: 1 }).then(({ snapshots }) => tell(snapshots[0].nodeCount));`;

test('several workers and the main thread at once', async () => {
  const workers = Array.from({ length: 4 }, () => start(ANALYZE, long));
  const here = await analyze(long, { top: 1 });
  const counts = await Promise.all(workers.map(({ message }) => message));
  assert.deepEqual(counts, Array(4).fill(here.snapshots[0].nodeCount));
  assert.deepEqual(await Promise.all(workers.map(({ exit }) => exit)), [0, 0, 0, 0]);
});

test('started and ended again and again', async () => {
  for (let round = 0; round < 10; round++) {
    const { message, exit } = start(ANALYZE, small);
    assert.equal(await message, 14);
    assert.equal(await exit, 0);
  }
});

test('terminated in the middle of an analysis', async () => {
  for (let round = 0; round < 5; round++) {
    const source = `api.analyze(data, { onProgress: tell }); tell('begun');`;
    const { worker, message } = start(source, long);
    await message;
    await new Promise((resolve) => setTimeout(resolve, 10 * round));
    await worker.terminate();
  }
  assert.equal((await analyze(small)).snapshots[0].nodeCount, 14);
});

test('a worker captures its own isolate', async () => {
  const target = path.join(directory, 'worker.heapsnapshot');
  const source = `
    class OnlyInTheWorker {}
    globalThis.kept = Array.from({ length: 50 }, () => new OnlyInTheWorker());
    api.takeHeapSnapshot(data).then(({ meta }) => tell(meta));`;
  const { worker, message } = start(source, target);
  const { threadId } = worker;
  const meta = await message;
  assert.equal(meta.threadId, threadId);
  assert.equal(meta.pid, process.pid);
  const { classes } = await analyze(target, { all: true });
  assert.equal(classes.find(({ name }) => name === 'OnlyInTheWorker')?.count, 50);
});
