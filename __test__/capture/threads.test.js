'use strict';

/**
 * Other threads, and the stream: what goes wrong there.
 */

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { Worker } = require('node:worker_threads');
const { analyze, listThreads, takeHeapSnapshot } = require('../..');
const { streamHeapSnapshot } = require('../../lib/capture');
const { root } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

/** @param {string} source @param {object} [options] */
async function worker(t, source, options) {
  const started = new Worker(source, { eval: true, ...options });
  t.after(() => started.terminate());
  await new Promise((resolve) => started.once('online', resolve));
  while (!(await listThreads()).some(({ threadId }) => threadId === started.threadId)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return started;
}

test('a worker is captured while the main thread goes on', async (t) => {
  const directory = temporaryDirectory(t);
  const source = `
    class OnlyThere {}
    globalThis.kept = Array.from({ length: 100_000 }, () => new OnlyThere());
    setInterval(() => {}, 1000);`;
  const busy = await worker(t, source, { name: 'mailer' });
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const answer = await takeHeapSnapshot(path.join(directory, 'x'), { threadId: busy.threadId });
  clearInterval(timer);
  // It takes pieces as they come; the machine may be busy with other tests.
  assert.ok(longest < answer.pauseMs, `${longest} of ${answer.pauseMs} ms`);
  assert.deepEqual(answer.source, { kind: 'thread', target: busy.threadId });
  assert.equal(answer.meta.options.way, 'inspector');
  const { classes } = await analyze(answer.path, { all: true });
  assert.equal(classes.find(({ name }) => name === 'OnlyThere').count, 100_000);
});

test('a worker that ends at any moment: a whole snapshot, or an error and nothing left', async (t) => {
  const directory = temporaryDirectory(t);
  const source = `
    globalThis.kept = Array.from({ length: 100_000 }, (_, i) => ({ i }));
    setInterval(() => {}, 1000);`;
  const codes = [];
  for (const delay of [0, 3, 10, 100, 300]) {
    const target = path.join(directory, String(delay));
    const ending = await worker(t, source);
    const { threadId } = ending;
    const capture = takeHeapSnapshot(target, { threadId }).then(
      () => analyze(target, { top: 1 }).then(() => 'whole'),
      (error) => (fs.existsSync(target) ? 'half' : error.code),
    );
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    setTimeout(() => ending.terminate(), delay);
    codes.push(await capture);
    await ended;
    await assert.rejects(takeHeapSnapshot(`${target}-again`, { threadId }), {
      code: 'ERR_HEAP_NOT_FOUND',
      message: new RegExp(`^there is no worker thread ${threadId}: `),
    });
  }
  for (const code of codes) assert.match(code, /^(whole|ERR_HEAP_CAPTURE|ERR_HEAP_NOT_FOUND)$/);
  assert.ok(
    codes.some((code) => code !== 'whole'),
    String(codes),
  );
  const whole = codes.filter((code) => code === 'whole').length;
  assert.equal(fs.readdirSync(directory).length, 2 * whole);
});

test('a worker that exits or is terminated while it captures itself leaves nothing under a name', async (t) => {
  const directory = temporaryDirectory(t);
  const source = `
    const { takeHeapSnapshot } = require(${JSON.stringify(root)});
    const { parentPort, workerData } = require('node:worker_threads');
    takeHeapSnapshot(workerData);
    setTimeout(() => parentPort.postMessage('begun'), 0);`;
  for (const end of ['terminate', 'exit']) {
    const target = path.join(directory, end);
    const code = end === 'exit' ? `${source} setTimeout(() => process.exit(), 20);` : source;
    const capturing = new Worker(code, { eval: true, workerData: target });
    const ended = new Promise((resolve) => capturing.once('exit', resolve));
    await new Promise((resolve) => capturing.once('message', resolve));
    if (end === 'terminate') await capturing.terminate();
    await ended;
    if (fs.existsSync(target)) await analyze(target, { top: 1 });
  }
});

test('an aborted signal while another thread is captured', async (t) => {
  const directory = temporaryDirectory(t);
  const kept =
    'globalThis.kept = Array.from({ length: 200_000 }, (_, i) => ({ i })); setInterval(() => {}, 1000);';
  const { threadId } = await worker(t, kept);
  const controller = new AbortController();
  const reason = new Error('enough');
  const capture = takeHeapSnapshot(path.join(directory, 'x'), { threadId, signal: controller.signal });
  setTimeout(() => controller.abort(reason), 60);
  await assert.rejects(capture, reason);
  assert.deepEqual(fs.readdirSync(directory), []);
  // Nothing of it is in the way of the next one.
  await takeHeapSnapshot(path.join(directory, 'x'), { threadId });
});

test('the stream is the whole file, has no name on the disk, and knows itself beforehand', async (t) => {
  const directory = temporaryDirectory(t);
  for (const compress of [false, 'gzip', 'zstd']) {
    const { stream, ...facts } = await streamHeapSnapshot({ directory, compress, reason: 'a test' });
    assert.deepEqual(fs.readdirSync(directory), []);
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    assert.equal(bytes.length, facts.sizeBytes);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), facts.sha256);
    assert.equal((await analyze(bytes, { top: 1 })).snapshots[0].nodeCount, facts.nodeCount);
    const end = { gzip: '.gz', zstd: '.zst' }[compress] ?? '';
    assert.match(facts.name, new RegExp(`^heap-\\w+-${process.pid}-0-a-test\\.heapsnapshot${end}$`));
    assert.equal(facts.meta.reason, 'a test');
  }
});

test('streams: given up, refused, and impossible', async (t) => {
  const directory = temporaryDirectory(t);
  const controller = new AbortController();
  const reason = new Error('gone');
  const { stream } = await streamHeapSnapshot({ directory, signal: controller.signal });
  setImmediate(() => controller.abort(reason));
  await assert.rejects(async () => {
    for await (const _ of stream) await new Promise((resolve) => setTimeout(resolve, 5));
  }, reason);
  const running = takeHeapSnapshot(path.join(directory, 'x'));
  await assert.rejects(streamHeapSnapshot({ whenBusy: 'refuse' }), { code: 'ERR_HEAP_BUSY' });
  await running;
  await assert.rejects(streamHeapSnapshot({ coolDownMs: 60_000 }), { code: 'ERR_HEAP_BUSY' });
  await assert.rejects(streamHeapSnapshot({ directory: path.join(directory, 'x') }), {
    code: 'ERR_HEAP_NOT_FOUND',
  });
  await assert.rejects(streamHeapSnapshot({ overwrite: true }), { code: 'ERR_HEAP_USAGE' });
});
