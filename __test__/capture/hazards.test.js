'use strict';

/**
 * Hazards that are known of V8's and Node's own ways of capturing, and how ours keeps clear of each. Those of full disks
 * are in files.test.js, those of versions in versions.test.js, those of signals in signal.test.js.
 */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const inspector = require('node:inspector');
const path = require('node:path');
const test = require('node:test');
const { Worker } = require('node:worker_threads');
const { analyze, listThreads, takeHeapSnapshot } = require('../..');
const { root, runSource } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

const posix = process.platform !== 'win32';

test('progress reports, which crash a process that inspects itself, are never asked for inside of it', async (t) => {
  const directory = temporaryDirectory(t);
  const asked = [];
  const { post } = inspector.Session.prototype;
  t.after(() => (inspector.Session.prototype.post = post));
  inspector.Session.prototype.post = function (method, params, ...rest) {
    asked.push(
      [method, params],
      ...(params?.message ? [Object.values(JSON.parse(params.message)).slice(1)] : []),
    );
    return post.call(this, method, params, ...rest);
  };
  await takeHeapSnapshot(path.join(directory, 'own'), { way: 'inspector' });
  const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
  t.after(() => worker.terminate());
  while (!(await listThreads()).some(({ threadId }) => threadId === worker.threadId));
  await takeHeapSnapshot(path.join(directory, 'worker'), { threadId: worker.threadId });
  const captures = asked.filter(([method]) => method === 'HeapProfiler.takeHeapSnapshot');
  assert.equal(captures.length, 2);
  for (const [, params] of captures) assert.equal(params.reportProgress, false);
});

test('what fails in the middle of the chunks is an error, and neither swallowed nor a short file', async (t) => {
  const directory = temporaryDirectory(t);
  // The listener of the inspector writes; exceptions in it are swallowed by Node.
  const source = `
    const fs = require('node:fs');
    const { writeSync } = fs;
    let writes = 0;
    fs.writeSync = (...args) => {
      if (++writes === 3) throw Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' });
      return writeSync(...args);
    };
    require(root).takeHeapSnapshot(process.env.TARGET, { way: 'inspector' }).then(
      () => console.log('taken'),
      ({ code, message }) => console.log(code, message),
    );`;
  const { stdout } = await runSource(source, { env: { TARGET: path.join(directory, 'x') } });
  assert.match(stdout, /^ERR_HEAP_IO cannot write a snapshot in .*: i\/o error \(EIO\)\n$/);
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('writes that are cut short are finished', async (t) => {
  const target = path.join(temporaryDirectory(t), 'x');
  const source = `
    const fs = require('node:fs');
    const { writeSync } = fs;
    fs.writeSync = (fd, bytes, offset = 0) => writeSync(fd, bytes, offset, Math.min(1000, bytes.length - offset));
    require(root).takeHeapSnapshot(process.env.TARGET, { way: 'inspector' }).then(() => console.log('taken'));`;
  const { stdout, stderr } = await runSource(source, { env: { TARGET: target } });
  assert.equal(stdout, 'taken\n', stderr);
  await analyze(target, { top: 1 });
});

test('a worker that captures the main thread lives until it has it', async (t) => {
  const target = path.join(temporaryDirectory(t), 'x');
  // Nothing else keeps that worker alive.
  const source = `
    const { takeHeapSnapshot } = require(${JSON.stringify(root)});
    takeHeapSnapshot(${JSON.stringify(target)}, { threadId: 0 });`;
  const code = await new Promise((resolve) => new Worker(source, { eval: true }).once('exit', resolve));
  assert.equal(code, 0);
  await analyze(target, { top: 1 });
  assert.deepEqual(fs.readdirSync(path.dirname(target)), ['x', 'x.meta.json']);
});

test('a directory or a symlink in the way of the sidecar', async (t) => {
  const directory = temporaryDirectory(t);
  const target = path.join(directory, 'x');
  fs.mkdirSync(`${target}.meta.json`);
  await assert.rejects(takeHeapSnapshot(target, { overwrite: true }), { code: 'ERR_HEAP_IS_DIRECTORY' });
  fs.rmdirSync(`${target}.meta.json`);
  if (posix) {
    const victim = path.join(directory, 'victim');
    fs.writeFileSync(victim, 'precious');
    fs.symlinkSync(victim, `${target}.meta.json`);
    await assert.rejects(takeHeapSnapshot(target), { code: 'ERR_HEAP_EXISTS' });
    await takeHeapSnapshot(target, { overwrite: true });
    assert.equal(fs.readFileSync(victim, 'utf8'), 'precious');
    assert.ok(fs.lstatSync(`${target}.meta.json`).isFile());
  }
});

test('a read-only disk is a sentence, and no pause', async (t) => {
  const directory = temporaryDirectory(t);
  const mounted = posix && spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', directory]).status === 0;
  if (!mounted) return t.skip('mounting a tmpfs is not permitted here');
  try {
    const started = performance.now();
    await assert.rejects(takeHeapSnapshot(path.join(directory, 'x'), { force: true }), {
      code: 'ERR_HEAP_PERMISSION',
      message: /read-only file system \(EROFS\)$/,
    });
    assert.ok(performance.now() - started < 100);
  } finally {
    assert.equal(spawnSync('umount', [directory]).status, 0);
  }
});

test('two processes of one id, as in containers, never take each other’s name', async (t) => {
  const directory = temporaryDirectory(t);
  // Both believe that it is the same moment.
  const source = `
    const fixed = new Date('2026-01-02T03:04:05.678Z');
    globalThis.Date = class extends Date {
      constructor(...args) { super(...(args.length ? args : [fixed])); }
      static now() { return fixed.getTime(); }
    };
    Object.defineProperty(process, 'pid', { value: 1 });
    require(root).takeHeapSnapshot().then(({ path }) => console.log(path));`;
  const env = { HEAP_SNAPSHOT_DIR: directory };
  const outcomes = await Promise.all([1, 2, 3].map(() => runSource(source, { env })));
  const files = outcomes.map(({ stdout }) => path.basename(stdout.trim())).sort();
  assert.deepEqual(
    files,
    [678, 679, 680].map((ms) => `heap-20260102T030405${ms}Z-1-0.heapsnapshot`),
    outcomes.map(({ stderr }) => stderr).join('\n'),
  );
  for (const file of files) await analyze(path.join(directory, file), { top: 1 });
});
