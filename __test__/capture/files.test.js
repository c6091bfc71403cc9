'use strict';

/**
 * What lies beside a snapshot, what is kept, what is deleted.
 */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');
const { analyze, estimateHeapSnapshot, takeHeapSnapshot } = require('../..');
const { readMeta } = require('../../lib/capture/meta');
const { nodeOption } = require('../../lib/capture/node-options');
const { keepWithin } = require('../../lib/capture/quota');
const { temporaryDirectory } = require('../helpers/temporary');

const posix = process.platform !== 'win32';

test('the sidecar says what the answer says, to its owner only', async (t) => {
  const file = path.join(temporaryDirectory(t), 'a.heapsnapshot');
  const { path: _, meta, ...facts } = await takeHeapSnapshot(file, { reason: 'a test' });
  const sidecar = JSON.parse(fs.readFileSync(`${file}.meta.json`, 'utf8'));
  const { schemaVersion, tool, snapshot, ...told } = sidecar;
  assert.deepEqual([schemaVersion, tool.name, snapshot], [1, 'heap-analyzer', 'a.heapsnapshot']);
  assert.deepEqual(told, { ...facts, ...meta });
  assert.deepEqual(await readMeta(file), told);
  if (posix) assert.equal(fs.statSync(`${file}.meta.json`).mode & 0o777, 0o600);
  // The same run of the same process, and a later one.
  const again = await takeHeapSnapshot(`${file}2`);
  assert.equal(again.meta.processKey, meta.processKey);
  const source = `require(${JSON.stringify(path.join(__dirname, '../..'))}).takeHeapSnapshot(${JSON.stringify(`${file}3`)})`;
  spawnSync(process.execPath, ['-e', source]);
  assert.notEqual((await readMeta(`${file}3`)).processKey, meta.processKey);
});

test('a sidecar that is missing, broken, foreign or of another file counts as none', async (t) => {
  const file = path.join(temporaryDirectory(t), 'a.heapsnapshot');
  const sidecar = `${file}.meta.json`;
  const ours = { schemaVersion: 1, tool: { name: 'heap-analyzer' } };
  fs.writeFileSync(file, '12345');
  assert.equal(await readMeta(file), null);
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '7',
    '"x"',
    '{"pid":1}',
    `{"tool":{"name":"other"}}`,
    'x'.repeat(2 << 20),
  ]) {
    fs.writeFileSync(sidecar, text);
    assert.equal(await readMeta(file), null, text.slice(0, 40));
  }
  fs.writeFileSync(sidecar, JSON.stringify({ ...ours, sizeBytes: 4 }));
  assert.equal(await readMeta(file), null);
  const odd = {
    pid: 'x',
    capturedAt: 'never',
    threadId: 1.5,
    memoryUsage: { rss: -1, heapUsed: 5 },
    options: [],
    more: 1,
  };
  fs.writeFileSync(sidecar, JSON.stringify({ ...ours, ...odd, sizeBytes: 5, reason: 'why' }));
  assert.deepEqual(await readMeta(file), { memoryUsage: { heapUsed: 5 }, sizeBytes: 5, reason: 'why' });
  fs.rmSync(sidecar);
  fs.mkdirSync(sidecar);
  assert.equal(await readMeta(file), null);
});

test('somebody else’s file at the name of the sidecar stays; one of ours is replaced', async (t) => {
  const file = path.join(temporaryDirectory(t), 'a');
  fs.writeFileSync(`${file}.meta.json`, 'precious');
  await assert.rejects(takeHeapSnapshot(file), {
    code: 'ERR_HEAP_EXISTS',
    message: /a\.meta\.json exists already/,
  });
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ['a.meta.json']);
  fs.rmSync(`${file}.meta.json`);
  await takeHeapSnapshot(file);
  fs.rmSync(file);
  const { sha256 } = await takeHeapSnapshot(file);
  assert.equal((await readMeta(file)).sha256, sha256);
});

test('packed as asked, or as the name says; what it is packed with is what it says', async (t) => {
  const directory = temporaryDirectory(t);
  const magic = { gzip: '1f8b', zstd: '28b52ffd' };
  for (const [name, options, expected] of [
    ['a.heapsnapshot.gz', {}, 'gzip'],
    ['a.heapsnapshot.zst', {}, 'zstd'],
    ['b.heapsnapshot.gz', { compress: false }, undefined],
    ['c.heapsnapshot', { compress: 'zstd' }, 'zstd'],
  ]) {
    const answer = await takeHeapSnapshot(path.join(directory, name), options);
    const bytes = fs.readFileSync(answer.path);
    assert.equal(answer.compression, expected, name);
    assert.equal(answer.sizeBytes, bytes.length);
    assert.ok(bytes.toString('hex', 0, 8).startsWith(expected ? magic[expected] : '7b22'), name);
    const { snapshots } = await analyze(answer.path, { top: 1 });
    assert.equal(snapshots[0].nodeCount, answer.nodeCount);
  }
  const plain = zlib.gunzipSync(fs.readFileSync(path.join(directory, 'a.heapsnapshot.gz')));
  assert.ok(JSON.parse(plain).snapshot.node_count > 1000);
});

test('the oldest go first, and only what is surely ours', async (t) => {
  const directory = temporaryDirectory(t);
  const sidecar = (time) =>
    JSON.stringify({ tool: { name: 'heap-analyzer' }, capturedAt: time, sizeBytes: 100 });
  const name = (second) => `heap-20260101T0000${second}000Z-1-0.heapsnapshot`;
  const write = (file, meta) => {
    fs.writeFileSync(path.join(directory, file), 'x'.repeat(100));
    if (meta) fs.writeFileSync(path.join(directory, `${file}.meta.json`), meta);
    return path.join(directory, file);
  };
  const ours = ['01', '02', '03', '04', '05'].map((s) => write(name(s), sidecar(`2026-01-01T00:00:${s}Z`)));
  write('heap-20200101T000000000Z-1-0.heapsnapshot'); // without a sidecar
  write('mine.heapsnapshot', sidecar('2019-01-01T00:00:00Z'));
  write('heap-20200101T000000001Z-1-0.heapsnapshot', 'somebody’s notes');
  if (posix) {
    fs.symlinkSync(path.join(directory, 'mine.heapsnapshot'), path.join(directory, name('00')));
    fs.writeFileSync(path.join(directory, `${name('00')}.meta.json`), sidecar('2020-01-01T00:00:00Z'));
  }
  const others = fs
    .readdirSync(directory)
    .filter((file) => !ours.some((own) => path.join(directory, file).startsWith(own)));
  assert.deepEqual(await keepWithin(directory, {}, ours[4]), []);
  assert.deepEqual(await keepWithin(directory, { maxFiles: 3 }, ours[4]), ours.slice(0, 2));
  assert.deepEqual(await keepWithin(directory, { maxBytes: 250 }, ours[4]), [ours[2]]);
  // The newest stays even alone above the bound.
  assert.deepEqual(await keepWithin(directory, { maxBytes: 50 }, ours[3]), [ours[4]]);
  const left = fs.readdirSync(directory);
  for (const file of others) assert.ok(left.includes(file), file);
  assert.deepEqual(
    left.filter((file) => !others.includes(file)),
    [name('04'), `${name('04')}.meta.json`],
  );
});

test('bounds are about names of ours, and a snapshot that alone exceeds them is refused', async (t) => {
  const directory = temporaryDirectory(t);
  for (const option of [{ maxFiles: 1 }, { maxBytes: 1e9 }, { directory }]) {
    await assert.rejects(takeHeapSnapshot(path.join(directory, 'x'), option), { code: 'ERR_HEAP_USAGE' });
  }
  const refused = { code: 'ERR_HEAP_CAPTURE', message: /more than the `maxBytes` of 0\.0 MB/ };
  await assert.rejects(takeHeapSnapshot(undefined, { directory, maxBytes: 1000 }), (error) => {
    assert.ok(error.preflight.fileBytes > 1000 && error.preflight.nodes > 1000);
    return refused.message.test(error.message) && error.code === refused.code;
  });
  const measured = takeHeapSnapshot(undefined, { directory, maxBytes: 1000, force: true });
  await assert.rejects(measured, {
    code: 'ERR_HEAP_CAPTURE',
    message: /bytes, more than the `maxBytes` of 1000/,
  });
  assert.deepEqual(fs.readdirSync(directory), []);
  const first = await takeHeapSnapshot(undefined, { directory, maxFiles: 1 });
  const second = await takeHeapSnapshot(undefined, { directory, maxFiles: 1 });
  assert.deepEqual(second.removed, [first.path]);
  assert.equal(fs.readdirSync(directory).length, 2);
});

test('the estimate, without a snapshot', async (t) => {
  const directory = temporaryDirectory(t);
  const { nodes, pauseMs, memoryBytes, heapUsed, refusal } = await estimateHeapSnapshot({ directory });
  assert.ok(nodes > 1000 && pauseMs > 1 && memoryBytes > 1e6 && heapUsed > 1e6);
  assert.equal(refusal, null);
  assert.match((await estimateHeapSnapshot({ directory, maxBytes: 10 })).refusal, /more than the `maxBytes`/);
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('a disk that fills at any point: a sentence, nothing left, nothing open', async (t) => {
  const directory = temporaryDirectory(t);
  const size = (await takeHeapSnapshot(path.join(temporaryDirectory(t), 'x'))).sizeBytes;
  // Too small for the snapshot; for its packing; for what comes after it.
  for (const bytes of [1 << 20, Math.round(size * 1.02), Math.round(size * 1.1)]) {
    const mounted =
      posix && spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'none', directory]).status === 0;
    if (!mounted) return t.skip('mounting a tmpfs is not permitted here');
    try {
      for (const options of [{ way: 'inspector' }, { compress: 'gzip' }, { compress: 'zstd' }]) {
        const target = path.join(directory, 'x');
        const outcome = await takeHeapSnapshot(target, { force: true, ...options }).catch((error) => error);
        if (outcome instanceof Error) {
          assert.equal(outcome.code, 'ERR_HEAP_IO', outcome.message);
          assert.match(outcome.message, /no space left on device/i);
          assert.deepEqual(fs.readdirSync(directory), []);
          const { bavail, blocks } = fs.statfsSync(directory);
          assert.equal(bavail, blocks);
        } else {
          await analyze(target, { top: 1 });
          assert.deepEqual(fs.readdirSync(directory), ['x', 'x.meta.json']);
          for (const name of fs.readdirSync(directory)) fs.rmSync(path.join(directory, name));
        }
      }
    } finally {
      assert.equal(spawnSync('umount', [directory]).status, 0, 'somebody still has a file open there');
    }
  }
});

test('process.exit() in the middle leaves nothing', async (t) => {
  const directory = temporaryDirectory(t);
  const source = `
    const { takeHeapSnapshot } = require(${JSON.stringify(path.join(__dirname, '../..'))});
    const fs = require('node:fs');
    takeHeapSnapshot(${JSON.stringify(path.join(directory, 'x'))});
    const timer = setInterval(() => { if (fs.readdirSync(${JSON.stringify(directory)}).length) process.exit(); }, 1);`;
  assert.equal(spawnSync(process.execPath, ['-e', source]).status, 0);
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('options of Node: its command line before NODE_OPTIONS, the last one, both spellings, quotes', () => {
  const from = (execArgv, nodeOptions = '') => nodeOption('--diagnostic-dir', { execArgv, nodeOptions });
  assert.equal(from([]), undefined);
  assert.equal(from(['--diagnostic-dir=a', '--diagnostic_dir=b']), 'b');
  assert.equal(from(['--diagnostic-dir', 'a b']), 'a b');
  assert.equal(from(['--inspect'], '--x "--diagnostic-dir=a b" y'), 'a b');
  assert.equal(from(['--diagnostic-dir=a'], '--diagnostic-dir=b'), 'a');
  assert.equal(from([], '--diagnostic-dir="a \\"b"'), 'a "b');
});
