'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { Worker } = require('node:worker_threads');
const { analyze, onSignal } = require('../..');
const { readMeta } = require('../../lib/capture/meta');
const { readMarker } = require('../../lib/capture/marker');
const { supervisorUsing } = require('../../lib/capture/supervisor');
const { root } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');
const { start } = require('./child');

const skip = process.platform === 'win32' && 'no signals';
const linuxOnly = process.platform !== 'linux' && 'no /proc';

/** @param {string} source */
const program = (source) => [
  '-e',
  `const { onSignal } = require(${JSON.stringify(root)}); ${source}; setInterval(() => {}, 1000); console.log('ready');`,
];
const finals = (directory) =>
  fs.readdirSync(directory).filter((name) => /\.heapsnapshot(\.\w+)?$/.test(name));
const written = /heap snapshot written to (\S+)/g;
const count = (text) => [...text.matchAll(written)].length;

test('a signal takes a snapshot, many at once take one, and off means off', { skip }, async (t) => {
  const directory = temporaryDirectory(t);
  const source = `
    const off = onSignal('SIGUSR2', { directory: ${JSON.stringify(directory)}, maxFiles: 2, compress: 'zstd' });
    process.on('SIGHUP', () => { off(); process.on('SIGUSR2', () => console.log('mine')); })`;
  const app = await start(t, program(source));
  for (let i = 0; i < 20; i++) process.kill(app.pid, 'SIGUSR2');
  await app.until(() => count(app.stderr) === 1);
  const [[, file]] = app.stderr.matchAll(written);
  assert.equal(path.dirname(file), directory);
  assert.match(
    path.basename(file),
    new RegExp(`^heap-\\d{8}T\\d{9}Z-${app.pid}-0-SIGUSR2\\.heapsnapshot\\.zst$`),
  );
  await analyze(file);
  assert.equal((await readMeta(file)).reason, 'SIGUSR2');
  assert.equal(app.stdout, 'ready\n');
  for (const wanted of [2, 3]) {
    process.kill(app.pid, 'SIGUSR2');
    await app.until(() => count(app.stderr) === wanted);
  }
  // The bound holds: the first one is gone, with its sidecar.
  assert.equal(finals(directory).length, 2);
  assert.equal(fs.readdirSync(directory).length, 4);
  assert.ok(!fs.existsSync(file));
  process.kill(app.pid, 'SIGHUP');
  await new Promise((resolve) => setTimeout(resolve, 100));
  process.kill(app.pid, 'SIGUSR2');
  await app.until(() => app.stdout.includes('mine'));
  assert.equal(count(app.stderr), 3);
});

test('a busy loop only delays it', { skip }, async (t) => {
  const directory = temporaryDirectory(t);
  const source = `
    onSignal('SIGUSR2', { directory: ${JSON.stringify(directory)} });
    setTimeout(() => { const end = Date.now() + 700; while (Date.now() < end); }, 50)`;
  const app = await start(t, program(source));
  await new Promise((resolve) => setTimeout(resolve, 100));
  process.kill(app.pid, 'SIGUSR2');
  await app.until(() => count(app.stderr) === 1);
  assert.equal(finals(directory).length, 1);
});

test('what goes wrong is told, and the app lives on', { skip }, async (t) => {
  const directory = temporaryDirectory(t);
  fs.writeFileSync(path.join(directory, 'file'), '');
  const options = `{ directory: ${JSON.stringify(path.join(directory, 'file', 'x'))} }`;
  const app = await start(t, program(`onSignal('SIGUSR2', ${options})`));
  process.kill(app.pid, 'SIGUSR2');
  await app.until(() =>
    /HeapAnalyzerWarning: no snapshot was taken: cannot make the directory/.test(app.stderr),
  );
  const told = await start(
    t,
    program(
      `onSignal('SIGUSR2', { ...${options}, onError(error) { console.log(error.code); throw error; } })`,
    ),
  );
  process.kill(told.pid, 'SIGUSR2');
  await told.until(() => /ERR_HEAP_NOT_FOUND/.test(told.stdout) && /no snapshot was taken/.test(told.stderr));
  for (const { child } of [app, told]) assert.equal(child.exitCode ?? child.signalCode, null);
});

test('Node with the same signal: one snapshot, its own, adopted', { skip }, async (t) => {
  const [directory, diagnostics] = ['heaps', 'node'].map((name) => path.join(temporaryDirectory(t), name));
  fs.mkdirSync(diagnostics);
  const args = ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${diagnostics}`];
  const source = `onSignal('SIGUSR2', { directory: ${JSON.stringify(directory)} })`;
  const app = await start(t, [...args, ...program(source)]);
  // The warning comes by another pipe than the word that the app is up.
  await app.until(() =>
    /Node\.js itself takes snapshots on SIGUSR2 .* only adopts its files/.test(app.stderr),
  );
  process.kill(app.pid, 'SIGUSR2');
  await app.until(() => count(app.stderr) === 1);
  assert.deepEqual(fs.readdirSync(diagnostics), []);
  const [name, ...more] = finals(directory);
  assert.deepEqual(more, []);
  const meta = await readMeta(path.join(directory, name));
  assert.deepEqual(
    [meta.pid, meta.reason, meta.source],
    [app.pid, 'SIGUSR2', { kind: 'node', target: app.pid }],
  );
  assert.ok(meta.memoryUsage.rss > 1e6 && meta.processKey);
  assert.equal(fs.statSync(path.join(directory, name)).mode & 0o777, 0o600);
});

test(
  'the marker: there while the handler is, gone with it, and true of that process only',
  { skip: linuxOnly },
  async (t) => {
    const temporary = temporaryDirectory(t);
    const directory = temporaryDirectory(t);
    const source = `
    const off = onSignal('SIGUSR2', { directory: ${JSON.stringify(directory)}, quiet: true });
    process.on('SIGHUP', () => { off(); console.log('off'); })`;
    const app = await start(t, program(source), { env: { TMPDIR: temporary } });
    const read = () => readMarker([temporary], { pid: app.pid, uid: process.getuid(), signal: 'SIGUSR2' });
    assert.equal(read().finished, 0);
    assert.equal(
      readMarker([temporary], { pid: app.pid, uid: process.getuid() + 1, signal: 'SIGUSR2' }),
      null,
    );
    process.kill(app.pid, 'SIGUSR2');
    const { last } = await app.until(() => read().finished === 1 && read());
    assert.equal(last.answer.path, path.join(directory, finals(directory)[0]));
    assert.equal(app.stderr, '');
    const [place] = fs.readdirSync(temporary);
    assert.equal(fs.statSync(path.join(temporary, place)).mode & 0o777, 0o700);
    // One that names another start of a process with that id is of an earlier process.
    const file = path.join(temporary, place, `${process.pid}-SIGUSR2.json`);
    const forged = { schemaVersion: 1, pid: process.pid, signal: 'SIGUSR2', startTicks: '1', finished: 0 };
    fs.writeFileSync(file, JSON.stringify(forged));
    assert.equal(
      readMarker([temporary], { pid: process.pid, uid: process.getuid(), signal: 'SIGUSR2' }),
      null,
    );
    process.kill(app.pid, 'SIGHUP');
    await app.until(() => app.stdout.includes('off'));
    assert.equal(read(), null);
  },
);

test('signals that mean something already are refused, and so are workers', { skip }, async () => {
  const before = process.listenerCount('SIGUSR2');
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR1', 'SIGKILL', 'SIGSTOP', 'SIGSEGV', 'USR2', 7]) {
    assert.throws(() => onSignal(signal), { code: 'ERR_HEAP_USAGE' }, String(signal));
  }
  assert.throws(() => onSignal('SIGUSR2', { compres: 'gzip' }), { message: /did you mean `compress`/ });
  assert.equal(process.listenerCount('SIGUSR2'), before);
  const worker = new Worker(`require(${JSON.stringify(root)}).onSignal()`, { eval: true });
  const error = await new Promise((resolve) => worker.once('error', resolve));
  assert.equal(error.code, 'ERR_HEAP_UNSUPPORTED');
});

test('Windows is told what to use instead', { skip }, (t) => {
  const before = Object.getOwnPropertyDescriptor(process, 'platform');
  t.after(() => Object.defineProperty(process, 'platform', before));
  Object.defineProperty(process, 'platform', { ...before, value: 'win32' });
  assert.throws(() => onSignal(), { code: 'ERR_HEAP_UNSUPPORTED', message: /endpoint.*--inspect/ });
});

test('the newest handler counts, and nothing is left listening', { skip }, () => {
  const counts = () => [process.listenerCount('SIGUSR2'), process.listenerCount('exit')];
  const before = counts();
  const first = onSignal();
  const second = onSignal();
  first(); // replaced already: takes nothing off
  assert.equal(process.listenerCount('SIGUSR2'), before[0] + 1);
  second();
  second();
  assert.deepEqual(counts(), before);
});

test('nodemon is seen above a shell, unless it uses another signal', async () => {
  const above = (command) => (file) =>
    ({
      '/proc/30/cmdline': 'sh\0-c\0node app.js\0',
      '/proc/30/stat': '30 (sh (a) b) S 20 1 1',
      '/proc/20/cmdline': command.replaceAll(' ', '\0') + '\0',
      '/proc/20/stat': '20 (node) S 1 1 1',
    })[file];
  assert.equal(
    supervisorUsing('SIGUSR2', above('node /app/node_modules/.bin/nodemon app.js'), 30),
    'nodemon',
  );
  assert.equal(supervisorUsing('SIGHUP', above('node nodemon.js app.js'), 30), null);
  assert.equal(supervisorUsing('SIGUSR2', above('node nodemon.js --signal SIGTERM app.js'), 30), null);
  assert.equal(supervisorUsing('SIGUSR2', above('node server.js nodemon'), 30), null);
  assert.equal(
    supervisorUsing(
      'SIGUSR2',
      () => {
        throw new Error('no /proc');
      },
      30,
    ),
    null,
  );
});

test('under nodemon there is a warning', { skip: linuxOnly }, async (t) => {
  const directory = temporaryDirectory(t);
  const nodemon = path.join(directory, 'nodemon.js');
  fs.writeFileSync(
    nodemon,
    `require('node:child_process').spawn(process.execPath, ${JSON.stringify(program('onSignal()'))}, { stdio: 'inherit' })
       .once('spawn', function () { process.on('exit', () => this.kill()); process.on('SIGTERM', () => process.exit()); });`,
  );
  const app = await start(t, [nodemon]);
  await app.until(() => /nodemon restarts this process with SIGUSR2/.test(app.stderr));
  app.child.kill('SIGTERM');
  await app.closed;
});
