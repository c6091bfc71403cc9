'use strict';

/**
 * Snapshots of other processes by inspector and by process id, and the command for all of it.
 */

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const test = require('node:test');
const { analyze, listThreads, takeHeapSnapshotFrom, estimateHeapSnapshotFrom } = require('../..');
const { readMeta } = require('../../lib/capture/meta');
const { handles, nodeOptionOf } = require('../../lib/capture/remote/proc');
const { nodeBinary } = require('../../fixtures/nodes');
const { root, runCli } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');
const { start } = require('./child');

const linuxOnly = process.platform !== 'linux' && 'no /proc';

const APP = `
  class OnlyThere {}
  globalThis.kept = Array.from({ length: 12_345 }, () => new OnlyThere());
  const { Worker } = require('node:worker_threads');
  new Worker('require("node:worker_threads").parentPort.postMessage(1); setInterval(() => {}, 1000)', { eval: true, name: 'mailer' })
    .once('message', () => console.log('ready'));
  setInterval(() => {}, 1000);`;

/** @param {string} file */
async function countOf(file) {
  const { classes } = await analyze(file, { all: true });
  return classes.find(({ name }) => name === 'OnlyThere')?.count;
}

/** Where Node says that its inspector listens. */
async function inspected(t, options = {}) {
  const app = await start(t, ['--inspect=127.0.0.1:0', '-e', APP], options);
  const [, address, id] = /ws:\/\/([\d.:]+)\/(\S+)/.exec(app.stderr);
  return { app, address, id };
}

for (const major of [18, 20, 26]) {
  test(`Node ${major}: by its inspector, main thread and worker`, { timeout: 60_000 }, async (t) => {
    const directory = temporaryDirectory(t);
    const { app, address, id } = await inspected(t, { command: await nodeBinary(major) });
    const fractions = [];
    const answer = await takeHeapSnapshotFrom({ inspect: address }, path.join(directory, 'main.zst'), {
      reason: 'a test',
      onProgress: ({ fraction }) => fractions.push(fraction),
    });
    assert.equal(await countOf(answer.path), 12_345);
    assert.deepEqual(answer.source, { kind: 'inspector', target: address });
    assert.equal(answer.compression, 'zstd');
    const meta = await readMeta(answer.path);
    assert.deepEqual([meta.pid, meta.threadId, meta.reason], [app.pid, 0, 'a test']);
    assert.match(meta.nodeVersion, new RegExp(`^v${major}\\.`));
    assert.ok(Math.abs(Date.parse(meta.startedAt) - Date.now()) < 60_000);
    assert.match(meta.processKey, new RegExp(`^[0-9a-f]{8}-${app.pid}-\\d+$`));
    assert.ok(fractions.length > 2 && fractions.at(-1) === 1);
    const worker = (await listThreads({ inspect: address })).find(({ name }) => name === 'mailer');
    const far = await takeHeapSnapshotFrom(
      { inspect: `ws://${address}/${id}` },
      path.join(directory, 'worker'),
      {
        threadId: worker.threadId,
      },
    );
    assert.equal(await countOf(far.path), undefined);
    assert.deepEqual([far.meta.threadId, far.meta.threadName], [worker.threadId, 'mailer']);
    assert.equal(far.meta.processKey, meta.processKey);
    const { way, preflight } = await estimateHeapSnapshotFrom({ inspect: address });
    assert.ok(way === 'inspector' && preflight.nodes > 12_345 && preflight.memory.bytes > 1e6);
    assert.equal(app.child.exitCode, null);
  });
}

test('the inspector ends in the middle, or is none: an error, and nothing left', async (t) => {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, 'x');
  const { app, address } = await inspected(t);
  const capture = takeHeapSnapshotFrom({ inspect: address }, file, {
    onProgress: () => app.child.kill('SIGKILL'),
  });
  await assert.rejects(capture, { code: 'ERR_HEAP_REMOTE' });
  await assert.rejects(takeHeapSnapshotFrom({ inspect: address }, file), {
    message: /no inspector of Node\.js at/,
  });
  const server = http.createServer((request, response) => response.end('hello'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const other = takeHeapSnapshotFrom({ inspect: server.address().port }, file);
  await assert.rejects(other, { code: 'ERR_HEAP_REMOTE', message: /answers something else than a list/ });
  for (const inspect of [
    '10.1.2.3:9229',
    'example.org:9229',
    '127.0.0.1.example.org:9229',
    '[2001:db8::1]:9229',
  ]) {
    await assert.rejects(takeHeapSnapshotFrom({ inspect }, file), {
      code: 'ERR_HEAP_USAGE',
      message: /is not this host: .*ssh -L .*--allow-remote/,
    });
  }
  for (const inspect of ['', 'a b', 'ftp://x', '127.0.0.1:0', 'http://me:secret@127.0.0.1:1']) {
    await assert.rejects(takeHeapSnapshotFrom({ inspect }, file), { code: 'ERR_HEAP_USAGE' }, inspect);
  }
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('by process id: our handler, with its result', { skip: linuxOnly }, async (t) => {
  const directory = temporaryDirectory(t);
  const env = {
    HEAP_SNAPSHOT_DIR: path.join(directory, 'app'),
    HEAP_ANALYZER_COMPRESS: 'gzip',
    TMPDIR: directory,
  };
  const args = ['--require', path.join(root, 'register.js'), '-e', APP];
  const app = await start(t, args, { env });
  assert.deepEqual(await estimateHeapSnapshotFrom({ pid: app.pid }), {
    way: 'signal',
    signal: 'SIGUSR2',
    preflight: null,
  });
  const file = path.join(directory, 'x.heapsnapshot');
  const answer = await takeHeapSnapshotFrom({ pid: app.pid }, file);
  assert.equal(await countOf(file), 12_345);
  assert.ok(answer.pauseMs > 1);
  assert.deepEqual([answer.source, answer.meta.reason], [{ kind: 'pid', target: app.pid }, 'SIGUSR2']);
  // The app keeps what it has written.
  assert.equal(fs.readdirSync(path.join(directory, 'app')).length, 2);
  // What goes wrong there is told here.
  fs.rmSync(path.join(directory, 'app'), { recursive: true });
  fs.writeFileSync(path.join(directory, 'app'), '');
  await assert.rejects(takeHeapSnapshotFrom({ pid: app.pid }, path.join(directory, 'y')), {
    code: 'ERR_HEAP_REMOTE',
    message: new RegExp(`^process ${app.pid} took no snapshot: cannot make the directory`),
  });
});

test('by process id: the handler of Node', { skip: linuxOnly }, async (t) => {
  const [directory, cwd] = [temporaryDirectory(t), temporaryDirectory(t)];
  const file = path.join(directory, 'x');
  const app = await start(t, ['--heapsnapshot-signal=SIGUSR2', '-e', APP], { cwd });
  const answer = await takeHeapSnapshotFrom({ pid: app.pid }, file);
  assert.equal(await countOf(file), 12_345);
  assert.deepEqual(answer.meta.pid, app.pid);
  // It was asked for by us alone.
  assert.deepEqual(fs.readdirSync(cwd), []);
  assert.equal(app.child.exitCode ?? app.child.signalCode, null);
});

test('by process id: never a signal that could kill', { skip: linuxOnly }, async (t) => {
  const file = path.join(temporaryDirectory(t), 'x');
  const plain = await start(t, ['-e', APP]);
  // A handler of the app's own, which does who knows what; and our option behind the script, where it is the app's.
  const own = await start(t, ['-e', `process.on('SIGUSR2', () => process.exit(3)); ${APP}`]);
  const script = path.join(temporaryDirectory(t), 'app.js');
  fs.writeFileSync(script, `process.on('SIGUSR2', () => process.exit(3)); ${APP}`);
  const after = await start(t, [script, '--heapsnapshot-signal=SIGUSR2']);
  const sleep = spawn('sleep', ['60']);
  t.after(() => sleep.kill());
  for (const { pid } of [plain, own, after, sleep]) {
    await assert.rejects(takeHeapSnapshotFrom({ pid }, file), {
      code: 'ERR_HEAP_CAPTURE',
      message: new RegExp(
        `^process ${pid} is not asked: (no handler for snapshots is known there|it is no Node\\.js)`,
      ),
    });
  }
  await assert.rejects(takeHeapSnapshotFrom({ pid: sleep.pid }, file, { allowInspector: true }), {
    code: 'ERR_HEAP_CAPTURE',
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const child of [plain.child, own.child, after.child, sleep]) {
    assert.equal(child.exitCode ?? child.signalCode, null);
  }
  assert.equal(handles(plain.pid, 'SIGUSR2'), false);
  assert.equal(handles(own.pid, 'SIGUSR2'), true);
  sleep.kill();
  await new Promise((resolve) => sleep.once('close', resolve));
  await assert.rejects(takeHeapSnapshotFrom({ pid: sleep.pid }, file), { code: 'ERR_HEAP_NOT_FOUND' });
});

test(
  'by process id: its inspector is opened for the moment, when that is allowed',
  { skip: linuxOnly },
  async (t) => {
    const file = path.join(temporaryDirectory(t), 'x');
    const app = await start(t, ['--inspect-port=0', '-e', APP]);
    const answer = await takeHeapSnapshotFrom({ pid: app.pid }, file, { allowInspector: true });
    assert.equal(await countOf(file), 12_345);
    assert.deepEqual(answer.source, { kind: 'pid', target: app.pid });
    const [, address] = /ws:\/\/([\d.:]+)\//.exec(app.stderr);
    await assert.rejects(listThreads({ inspect: address }), { message: /ECONNREFUSED/ });
    assert.equal(app.child.exitCode, null);
  },
);

test('options of Node are told from those of the app', () => {
  const of = (...args) => nodeOptionOf({ args: ['node', ...args], env: {} }, '--heapsnapshot-signal');
  assert.equal(of('--heapsnapshot-signal=SIGUSR2', 'app.js'), 'SIGUSR2');
  assert.equal(of('-r', 'x', '--heapsnapshot-signal', 'SIGUSR2', 'app.js'), 'SIGUSR2');
  assert.equal(of('app.js', '--heapsnapshot-signal=SIGUSR2'), undefined);
  assert.equal(of('--', '--heapsnapshot-signal=SIGUSR2'), undefined);
  const env = { NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2' };
  assert.equal(nodeOptionOf({ args: ['node', 'app.js'], env }, '--heapsnapshot-signal'), 'SIGUSR2');
});

test('the command: text, JSON, threads, estimate, usage', async (t) => {
  const directory = temporaryDirectory(t);
  const { app, address } = await inspected(t);
  const cli = (...args) => runCli(['node-snapshot', ...args], { cwd: directory });
  const text = await cli('--inspect', address, '-o', 'a.heapsnapshot');
  assert.deepEqual([text.code, text.stderr], [0, '']);
  assert.match(
    text.stdout,
    /a\.heapsnapshot\n {2}[\d.]+ MB, [\d,]+ nodes, the app stood still for [\d.]+ m?s\n {2}sha256 /,
  );
  const taken = await cli('--inspect', address, '--json', '--output', 'b.heapsnapshot.gz', '--reason', 'why');
  const answer = JSON.parse(taken.stdout);
  assert.deepEqual([answer.schemaVersion, answer.compression, answer.meta.reason], [1, 'gzip', 'why']);
  const threads = JSON.parse((await cli('--inspect', address, '--list', '--json')).stdout).threads;
  assert.deepEqual(
    threads.map(({ threadId }) => threadId),
    [0, 1],
  );
  assert.match(
    (await cli('--inspect', address, '--list')).stdout,
    /^thread\n {5}0 {2}main thread\n {5}1 {2}mailer\n$/,
  );
  assert.match(
    (await cli('--inspect', address, '--dry-run')).stdout,
    /taken by its inspector\.\n {2}heap .*\n {2}pause .*\n[^]*It fits\.\n$/,
  );
  const exists = await cli('--inspect', address, '-o', 'a.heapsnapshot', '--json');
  assert.deepEqual([exists.code, JSON.parse(exists.stdout).error.code], [2, 'ERR_HEAP_EXISTS']);
  for (const [args, code, message] of [
    [[], 2, /of which app\? Give --endpoint URL, --inspect HOST:PORT or --pid N/],
    [['--inspect', address, '--pid', '1'], 2, /only one of them/],
    [['--pid', '1', '--thread', '2'], 2, /--thread goes with --inspect/],
    [['--pid', '1', '--list'], 2, /--list goes with --inspect/],
    [['--endpoint', 'http://127.0.0.1:1/', '--token-env', 'NOT_SET'], 2, /variable NOT_SET is not set/],
    [['--endpoint', 'http://127.0.0.1:1/', '--header', 'nonsense'], 2, /Name: value/],
    [['--inspect', '127.0.0.1:1'], 3, /no inspector of Node\.js at 127\.0\.0\.1:1/],
    [['--inspect', '10.0.0.1:1'], 2, /--allow-remote/],
  ]) {
    const outcome = await cli(...args);
    assert.deepEqual([outcome.code, outcome.stdout], [code, ''], args.join(' '));
    assert.match(outcome.stderr, message);
  }
  assert.equal(app.child.exitCode, null);
});

test('the command takes its token from a file or the environment, and sends what it is told', async (t) => {
  const directory = temporaryDirectory(t);
  const asked = [];
  const server = http.createServer(({ headers }, response) => {
    asked.push([headers.authorization, headers['x-more']]);
    response.writeHead(403).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  fs.writeFileSync(path.join(directory, 'token'), 'from-file\n');
  const cli = (args, env) =>
    runCli(['node-snapshot', '--endpoint', `http://127.0.0.1:${server.address().port}/`, ...args], {
      cwd: directory,
      env,
    });
  for (const [args, env] of [
    [['--token-file', 'token'], {}],
    [[], { HEAP_ANALYZER_TOKEN: 'from-env' }],
    [['--token-env', 'OTHER', '--header', 'X-More: yes'], { OTHER: 'from-other' }],
  ]) {
    const { code, stderr } = await cli(args, env);
    assert.equal(code, 3);
    assert.match(stderr, /status 403: it wants a token \(HEAP_ANALYZER_TOKEN, --token-file\)/);
  }
  assert.deepEqual(asked, [
    ['Bearer from-file', undefined],
    ['Bearer from-env', undefined],
    ['Bearer from-other', 'yes'],
  ]);
});
