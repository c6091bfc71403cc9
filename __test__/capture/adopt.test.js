'use strict';

/**
 * Files that Node writes by itself, and what is preloaded before an app.
 */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { adoptNodeSnapshots, analyze, takeHeapSnapshot } = require('../..');
const { readMeta } = require('../../lib/capture/meta');
const { nodeBinary } = require('../../fixtures/nodes');
const { root, run } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');
const { start } = require('./child');

const skip = process.platform === 'win32' && 'no signals';
const finals = (directory) =>
  fs.readdirSync(directory).filter((name) => /\.heapsnapshot(\.\w+)?$/.test(name));
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;
const nodesName = (pid, number = 1) => `Heap.20260203.040506.${pid}.0.00${number}.heapsnapshot`;

test('what Node left at the near heap limit is adopted by the next start', async (t) => {
  const directory = temporaryDirectory(t);
  const flags = ['--max-old-space-size=12', '--heapsnapshot-near-heap-limit=1'];
  const grow = 'const kept = []; for (;;) kept.push({ text: [kept.length] });';
  const dying = spawnSync(process.execPath, [...flags, '-e', grow], { cwd: directory, encoding: 'utf8' });
  assert.notEqual(dying.status, 0);
  assert.equal(finals(directory).length, 1, dying.stderr);
  // The next one runs under the same options; the module that ships files is told of it.
  fs.writeFileSync(
    path.join(directory, 'ship.js'),
    'module.exports = (file) => console.log("shipped", file);',
  );
  const env = {
    HEAP_SNAPSHOT_DIR: 'heaps',
    HEAP_ANALYZER_ON_SNAPSHOT: './ship.js',
    HEAP_ANALYZER_COMPRESS: 'gzip',
  };
  const args = ['--require', path.join(root, 'register.js'), ...flags, '-e', 'setTimeout(() => {}, 10)'];
  const { stdout, stderr, code } = await run(args, { cwd: directory, env });
  assert.equal(code, 0, stderr);
  const file = /shipped (.*)/.exec(stdout)[1];
  assert.match(
    path.basename(file),
    new RegExp(`^heap-\\d{8}T\\d{9}Z-${dying.pid}-0-near-heap-limit\\.heapsnapshot\\.gz$`),
  );
  assert.deepEqual(finals(directory), []);
  const meta = await readMeta(file);
  assert.deepEqual([meta.pid, meta.threadId, meta.reason], [dying.pid, 0, 'near-heap-limit']);
  assert.ok(Math.abs(Date.parse(meta.capturedAt) - Date.now()) < 60_000, meta.capturedAt);
  assert.equal(meta.memoryUsage, undefined);
  await analyze(file, { top: 1 });
});

test('only whole files of processes that have ended; once, though many look', async (t) => {
  const from = temporaryDirectory(t);
  const directory = path.join(from, 'heaps');
  const dead = deadPid();
  const { path: whole } = await takeHeapSnapshot(path.join(from, 'whole'));
  fs.copyFileSync(whole, path.join(from, nodesName(dead)));
  fs.copyFileSync(whole, path.join(from, nodesName(dead, 2)));
  fs.writeFileSync(path.join(from, nodesName(dead, 3)), fs.readFileSync(whole).subarray(0, 5000));
  fs.copyFileSync(whole, path.join(from, nodesName(process.ppid)));
  fs.copyFileSync(whole, path.join(from, nodesName(process.pid)));
  fs.symlinkSync(whole, path.join(from, nodesName(dead, 4)));
  const told = [];
  const options = { from, directory, onSnapshot: (file) => told.push(file) };
  const looks = await Promise.all(Array.from({ length: 4 }, () => adoptNodeSnapshots(options)));
  const adopted = looks.flatMap((look) => look.adopted).sort((a, b) => (a.path < b.path ? -1 : 1));
  assert.deepEqual(
    adopted.map((answer) => answer.path),
    told.sort(),
  );
  assert.equal(adopted.length, 2);
  const broken = path.join(from, nodesName(dead, 3));
  for (const look of looks) assert.deepEqual(look.broken, [broken]);
  assert.equal(finals(directory).length, 2);
  assert.equal(fs.readdirSync(directory).length, 4);
  const left = [nodesName(dead, 3), nodesName(dead, 4), nodesName(process.pid), nodesName(process.ppid)];
  assert.deepEqual(finals(from), left.sort());
  assert.equal(adopted[0].meta.adoptedFrom, path.join(from, nodesName(dead)));
  // One of this id, but of an earlier run, as all are in containers.
  const earlier = new Date(Date.now() - 3_600_000);
  fs.utimesSync(path.join(from, nodesName(process.pid)), earlier, earlier);
  assert.equal((await adoptNodeSnapshots({ from, directory })).adopted[0].meta.pid, process.pid);
});

for (const major of [18, 26]) {
  test(
    `Node ${major}: --import and --require of heap-analyzer/register`,
    { skip, timeout: 60_000 },
    async (t) => {
      const command = await nodeBinary(major);
      const directory = temporaryDirectory(t);
      fs.mkdirSync(path.join(directory, 'node_modules'));
      fs.symlinkSync(root, path.join(directory, 'node_modules', 'heap-analyzer'), 'dir');
      const app = `
      import { Worker } from 'node:worker_threads';
      new Worker('require("node:worker_threads").parentPort.postMessage(1)', { eval: true })
        .once('message', () => console.log('ready', process.listenerCount('SIGUSR2')));
      setInterval(() => {}, 1000);`;
      fs.writeFileSync(path.join(directory, 'app.mjs'), app);
      for (const flag of ['--import', '--require']) {
        const env = {
          HEAP_SNAPSHOT_DIR: flag,
          HEAP_ANALYZER_MAX_FILES: 'some',
          HEAP_ANALYZER_COOL_DOWN: '0.5',
        };
        const running = await start(t, [flag, 'heap-analyzer/register', 'app.mjs'], {
          command,
          cwd: directory,
          env,
        });
        assert.match(running.stdout, /^ready 1$/m);
        assert.match(running.stderr, /HEAP_ANALYZER_MAX_FILES is "some", and takes a whole number from 1/);
        process.kill(running.pid, 'SIGUSR2');
        await running.until(() => /heap snapshot written to/.test(running.stderr));
        assert.equal(finals(path.join(directory, flag)).length, 1);
        running.child.kill('SIGKILL');
        await running.closed;
      }
    },
  );
}

test('what is preloaded changes nothing else: the app ends, with its output and its code', async (t) => {
  const directory = temporaryDirectory(t);
  const register = path.join(root, 'register.js');
  for (const [env, warns] of [
    [{}, /^$/],
    [{ HEAP_ANALYZER_SIGNAL: 'off' }, /^$/],
    [{ HEAP_ANALYZER_SIGNAL: 'SIGTERM' }, /cannot have the signal SIGTERM: it ends processes/],
    [
      { HEAP_ANALYZER_COMPRESS: 'rar', HEAP_ANALYZER_MAX_BYTES: 'x' },
      /takes gzip, zstd or off[^]*takes a size/,
    ],
  ]) {
    const args = ['--require', register, '-e', 'console.log("app"); process.exitCode = 7'];
    const { code, stdout, stderr } = await run(args, { cwd: directory, env });
    assert.deepEqual([code, stdout], [7, 'app\n']);
    assert.match(stderr, warns);
  }
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('half files of killed runs are swept at the start', { skip }, async (t) => {
  const directory = temporaryDirectory(t);
  const { namespaceTag } = require('../../lib/capture/private-directory');
  const left = path.join(directory, `.heap-analyzer-${namespaceTag()}-${deadPid()}-abcDEF`);
  fs.mkdirSync(left);
  fs.writeFileSync(path.join(left, 'snapshot.heapsnapshot'), 'half');
  await run(['--require', path.join(root, 'register.js'), '-e', '0'], {
    env: { HEAP_SNAPSHOT_DIR: directory },
  });
  assert.deepEqual(fs.readdirSync(directory), []);
});
