'use strict';

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const test = require('node:test');
const { analyze, takeHeapSnapshot } = require('../../..');
const { runSource } = require('../../helpers/run');
const { temporaryDirectory } = require('../../helpers/temporary');

const posix = process.platform !== 'win32';

/** What lies in a directory beside sidecars. */
const snapshotsIn = (directory) =>
  fs
    .readdirSync(directory)
    .filter((name) => !name.endsWith('.meta.json'))
    .sort();

test('takes a snapshot: whole, private, described truly', async (t) => {
  const file = path.join(temporaryDirectory(t), 'a.heapsnapshot');
  const started = Date.now();
  const answer = await takeHeapSnapshot(file, { reason: 'a test' });
  const bytes = fs.readFileSync(file);
  assert.equal(answer.path, file);
  assert.equal(answer.sizeBytes, bytes.length);
  assert.equal(answer.sha256, createHash('sha256').update(bytes).digest('hex'));
  assert.equal(answer.nodeCount, JSON.parse(bytes.toString()).snapshot.node_count);
  assert.ok(answer.pauseMs > 1 && answer.pauseMs <= Date.now() - started);
  assert.deepEqual(answer.source, { kind: 'process', target: process.pid });
  const { capturedAt, memoryUsage, startedAt, processKey, ...meta } = answer.meta;
  assert.ok(Date.parse(capturedAt) >= started && Date.parse(capturedAt) <= Date.now());
  assert.ok(memoryUsage.heapUsed > 1e6 && memoryUsage.rss > memoryUsage.heapUsed);
  assert.deepEqual(meta, {
    pid: process.pid,
    threadId: 0,
    nodeVersion: process.version,
    v8Version: process.versions.v8,
    reason: 'a test',
    options: { exposeNumericValues: false, exposeInternals: false, way: 'direct' },
  });
  assert.ok(Math.abs(Date.parse(startedAt) - (Date.now() - process.uptime() * 1000)) < 1000);
  assert.match(processKey, new RegExp(`^[0-9a-f]{8}-${process.pid}-.`));
  if (posix) assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ['a.heapsnapshot', 'a.heapsnapshot.meta.json']);
});

test('takes a relative path, and a URL', async (t) => {
  const directory = temporaryDirectory(t);
  const relative = path.relative(process.cwd(), path.join(directory, 'r.heapsnapshot'));
  assert.equal((await takeHeapSnapshot(relative)).path, path.join(directory, 'r.heapsnapshot'));
  const url = pathToFileURL(path.join(directory, 'u v.heapsnapshot'));
  assert.equal((await takeHeapSnapshot(url)).path, path.join(directory, 'u v.heapsnapshot'));
});

test('without a path: a name of ours in HEAP_SNAPSHOT_DIR, which is made', async (t) => {
  const directory = path.join(temporaryDirectory(t), 'not', 'there');
  process.env.HEAP_SNAPSHOT_DIR = directory;
  t.after(() => delete process.env.HEAP_SNAPSHOT_DIR);
  const answer = await takeHeapSnapshot(undefined, { reason: 'after / the ä deploy' });
  assert.equal(path.dirname(answer.path), directory);
  const pattern = new RegExp(`^heap-\\d{8}T\\d{9}Z-${process.pid}-0-after-the-deploy\\.heapsnapshot$`);
  assert.match(path.basename(answer.path), pattern);
  const second = await takeHeapSnapshot();
  assert.match(path.basename(second.path), /^heap-\d{8}T\d{9}Z-\d+-0\.heapsnapshot$/);
  if (posix) assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
});

test('without a path and a variable: in the working directory', async (t) => {
  const directory = temporaryDirectory(t);
  const source = `require(root).takeHeapSnapshot().then(({ path }) => console.log(path))`;
  const { stdout, stderr } = await runSource(source, { cwd: directory, env: { HEAP_SNAPSHOT_DIR: '' } });
  assert.equal(stderr, '');
  assert.equal(path.dirname(stdout.trim()), directory);
  assert.equal(snapshotsIn(directory).length, 1);
});

test('numbers are recorded on request, where Node can do it', async (t) => {
  const directory = temporaryDirectory(t);
  if (Number.parseInt(process.versions.node, 10) < 20) {
    const asked = takeHeapSnapshot(path.join(directory, 'numbers'), { exposeNumericValues: true });
    await assert.rejects(asked, {
      code: 'ERR_HEAP_USAGE',
      message: /needs Node\.js 20 or later, and this is v18/,
    });
    return;
  }
  const kept = Array.from({ length: 20_000 }, (_, price) => ({ price }));
  const plain = await takeHeapSnapshot(path.join(directory, 'plain'));
  const numbers = await takeHeapSnapshot(path.join(directory, 'numbers'), { exposeNumericValues: true });
  assert.ok(
    numbers.nodeCount > plain.nodeCount + 0.9 * kept.length,
    `${numbers.nodeCount}, ${plain.nodeCount}`,
  );
  assert.deepEqual(numbers.meta.options, {
    exposeNumericValues: true,
    exposeInternals: false,
    way: 'direct',
  });
});

test('concurrent calls: each its own whole file; the second for one name finds it taken', async (t) => {
  const directory = temporaryDirectory(t);
  const target = (name) => path.join(directory, name);
  const names = ['a', 'b', 'same', 'c', 'same'];
  const outcomes = await Promise.allSettled(names.map((name) => takeHeapSnapshot(target(name))));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected'],
  );
  assert.equal(outcomes[4].reason.code, 'ERR_HEAP_EXISTS');
  assert.deepEqual(snapshotsIn(directory), ['a', 'b', 'c', 'same']);
  for (const name of ['a', 'b', 'c', 'same']) {
    JSON.parse(fs.readFileSync(target(name), 'utf8'));
  }
});

test('what exists stays, unless `overwrite` says otherwise', async (t) => {
  const target = path.join(temporaryDirectory(t), 'x');
  fs.writeFileSync(target, 'precious');
  await assert.rejects(takeHeapSnapshot(target), { code: 'ERR_HEAP_EXISTS' });
  assert.equal(fs.readFileSync(target, 'utf8'), 'precious');
  await takeHeapSnapshot(target, { overwrite: true });
  JSON.parse(fs.readFileSync(target, 'utf8'));
});

test('a symlink at the target is not followed', { skip: !posix && 'no symlinks' }, async (t) => {
  const directory = temporaryDirectory(t);
  const victim = path.join(directory, 'victim');
  const target = path.join(directory, 'link');
  fs.symlinkSync(victim, target);
  await assert.rejects(takeHeapSnapshot(target), { code: 'ERR_HEAP_EXISTS' });
  await takeHeapSnapshot(target, { overwrite: true });
  assert.ok(!fs.existsSync(victim));
  assert.ok(fs.lstatSync(target).isFile());
});

test('a place where no file can be: named, and no pause for it', async (t) => {
  const directory = temporaryDirectory(t);
  fs.writeFileSync(path.join(directory, 'file'), '');
  for (const [target, code] of [
    [path.join(directory, 'missing', 'x'), 'ERR_HEAP_NOT_FOUND'],
    [path.join(directory, 'file', 'x'), 'ERR_HEAP_NOT_FOUND'],
    [directory, 'ERR_HEAP_IS_DIRECTORY'],
  ]) {
    const started = performance.now();
    await assert.rejects(takeHeapSnapshot(target, { overwrite: true }), (error) => {
      assert.equal(error.code, code);
      assert.ok(error.message.includes(path.dirname(target)), error.message);
      return true;
    });
    assert.ok(performance.now() - started < 100, 'no snapshot was taken in vain');
  }
  assert.deepEqual(fs.readdirSync(directory), ['file']);
});

test('an aborted signal: before, and while the capture is on its way', async (t) => {
  const directory = temporaryDirectory(t);
  const reason = new Error('enough');
  const isReason = (error) => error === reason;
  const target = path.join(directory, 'x');
  await assert.rejects(takeHeapSnapshot(target, { signal: AbortSignal.abort(reason) }), isReason);
  // The first waits in front of the second, which is aborted in line; the first later, wherever it is by then.
  const [first, second] = [new AbortController(), new AbortController()];
  const calls = [
    takeHeapSnapshot(target, { signal: first.signal }),
    takeHeapSnapshot(`${target}2`, { signal: second.signal }),
  ];
  second.abort(reason);
  await assert.rejects(calls[1], isReason);
  first.abort(reason);
  await assert.rejects(calls[0], isReason);
  assert.deepEqual(fs.readdirSync(directory), []);
  await takeHeapSnapshot(target);
});

test(
  'many captures in a row leave no descriptors behind',
  { skip: !fs.existsSync('/proc/self/fd') && 'no /proc' },
  async (t) => {
    const directory = temporaryDirectory(t);
    const descriptors = () => fs.readdirSync('/proc/self/fd').length;
    await takeHeapSnapshot(path.join(directory, 'first'));
    const before = descriptors();
    for (let i = 0; i < 5; i++) await takeHeapSnapshot(path.join(directory, 'again'), { overwrite: true });
    assert.equal(descriptors(), before);
  },
);

test('analyze() without a path: this process, and no trace of it afterwards', async (t) => {
  const directory = temporaryDirectory(t);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = directory;
  t.after(() => (before === undefined ? delete process.env.TMPDIR : (process.env.TMPDIR = before)));
  class OnlyInThisTest {}
  const kept = Array.from({ length: 321 }, () => new OnlyInThisTest());
  const answer = await analyze(undefined, { all: true });
  const row = answer.classes.find(({ name }) => name === 'OnlyInThisTest');
  assert.equal(row?.count, kept.length);
  assert.ok(!('path' in answer.snapshots[0]));
  assert.ok(answer.totals.selfSize > 1e6);
  assert.deepEqual(fs.readdirSync(directory), []);
  const reason = new Error('enough');
  const failing = () => {
    throw reason;
  };
  await assert.rejects(analyze(undefined, { onProgress: failing }), (error) => error === reason);
  await assert.rejects(
    analyze(undefined, { signal: AbortSignal.abort(reason) }),
    (error) => error === reason,
  );
  assert.deepEqual(fs.readdirSync(directory), []);
});
