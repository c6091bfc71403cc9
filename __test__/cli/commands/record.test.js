'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { setTimeout: wait } = require('node:timers/promises');
const { analyze } = require('../../..');
const { freePort } = require('../../../corpus/free-port');
const { runCli } = require('../../helpers/run');
const { noTerminal, runInTerminal } = require('../../helpers/terminal');
const { temporaryDirectory } = require('../../helpers/temporary');
const { DECLARED_AT, startApp, writeApp } = require('../../helpers/web-app');

const directory = temporaryDirectory(test);
const app = writeApp(directory);
const at = (/** @type {string[]} */ ...parts) => path.join(directory, ...parts);
const quick = ['-c', '2', '-d', '600ms', '--warm-up', '200ms', '--load', 'own'];

/** What has ended and waits to be collected by its parent is not alive. @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** What the app itself says in its log. @param {string} log */
function truth(log) {
  const text = fs.readFileSync(log, 'utf8');
  const [, port, pid] = /^up (\d+) (\d+)$/m.exec(text) ?? [];
  const [, served, items] = /^served (\d+) (\d+)$/m.exec(text) ?? [];
  return { port: Number(port), pid: Number(pid), served: Number(served), items: Number(items) };
}

test('an app that is started: three snapshots, its leak with the line, what it counted itself', async () => {
  const own = await freePort();
  const { code, stdout, stderr } = await runCli(
    [
      'record',
      '--url',
      `http://127.0.0.1:${own}/item/{i}`,
      ...quick,
      '--output-dir',
      'leaking',
      '--json',
      '--',
    ].concat(process.execPath, app),
    { cwd: directory, env: { PORT: String(own) } },
  );
  assert.equal(code, 1, stderr);
  const { record, verdict, findings } = JSON.parse(stdout);
  assert.equal(verdict, 'leak');
  const { holder } = findings[0];
  assert.deepEqual([holder.variable, holder.place.line], ['items', DECLARED_AT]);
  // The oracle: the app's own count, of requests and of the different items that they asked for.
  const { served, items, pid, port } = truth(at('leaking', 'app.log'));
  const sum = record.loads.reduce((/** @type {number} */ total, load) => total + load.requests, 0);
  assert.deepEqual([sum, sum, port], [served, items, own]);
  assert.deepEqual(
    record.loads.map((load) => [load.stage, load.errors, load.non2xx, load.by]),
    [
      ['warm-up', 0, 0, 'heap-analyzer'],
      ['before target', 0, 0, 'heap-analyzer'],
      ['before final', 0, 0, 'heap-analyzer'],
    ],
  );
  // As many before the final as before the target: growth is judged by interval.
  const [, target, final] = record.loads;
  assert.ok(Math.abs(final.requests - target.requests) <= 2, `${target.requests} and ${final.requests}`);
  const entries = findings[0].entries.perSnapshot;
  assert.equal(entries[entries.length - 1], items);
  assert.equal(record.app.pid, pid);
  assert.ok(!isAlive(pid), 'the app has ended with the recording');
  for (const capture of record.captures) {
    const [snapshot] = (await analyze(capture.path, { top: 0 })).snapshots;
    assert.equal(snapshot.nodeCount, capture.nodeCount);
    assert.equal(capture.meta.pid, pid);
  }
  assert.deepEqual(
    fs
      .readdirSync(at('leaking'))
      .filter((name) => !name.endsWith('.meta.json'))
      .sort(),
    [
      'app.log',
      'baseline.heapsnapshot',
      'final.heapsnapshot',
      path.basename(record.report),
      'target.heapsnapshot',
    ],
  );
  assert.match(fs.readFileSync(record.report, 'utf8'), /Map "items"/);
  assert.deepEqual(
    record.memory.map((memory) => memory.when),
    ['baseline', 'target', 'final'].flatMap((name) => [`before ${name}`, `after ${name}`]),
  );
  const again = await runCli(['record', '--output-dir', 'leaking', '--', process.execPath, app], {
    cwd: directory,
  });
  assert.equal(again.code, 2);
  assert.match(again.stderr, /baseline\.heapsnapshot exists already: --overwrite replaces it/);
});

test('a healthy app that runs already, by its inspector, with a rest before the last snapshot', async (t) => {
  const running = await startApp(t, ['--inspect=127.0.0.1:0', app], { env: { ...process.env, LEAKS: 'no' } });
  const [, inspect] = /ws:\/\/(127\.0\.0\.1:\d+)\//.exec(running.output()) ?? [];
  const { code, stdout, stderr } = await runCli(
    [
      'record',
      '--url',
      `${running.url}/item/{i}`,
      '--inspect',
      inspect,
      ...quick,
      '--rest',
      '100ms',
      '--report',
      'rest.md',
      '--report',
      'rest.html',
    ],
    { cwd: directory, env: { COLUMNS: '80' } },
  );
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^Recording 127\.0\.0\.1:\d+\n/);
  assert.match(stdout, /^ {6}rest {2}100 ms$/m);
  assert.match(stdout, /^Clean: nothing leaks over 3 snapshots\.$/m);
  assert.match(stdout, /^Heap in use [\d.]+ MB → [\d.]+ MB \([+-]/m);
  assert.match(stdout, /^The report is in heap-record-\d{8}-\d{6}/m);
  assert.match(fs.readFileSync(at('rest.md'), 'utf8'), /^## Clean: /);
  // The page has what that of find-leaks has: the heap it ended with, and what changed until then.
  const data = /<script[^>]*type="application\/json"[^>]*>([^]*?)<\/script>/.exec(
    fs.readFileSync(at('rest.html'), 'utf8'),
  );
  assert.deepEqual(Object.keys(JSON.parse(data?.[1] ?? '{}').answers ?? {}), [
    'leaks',
    'comparison/0/2',
    'analysis/2',
  ]);
  // Commands to go on with are for copying, and stay in one piece.
  for (const line of stdout.split('\n'))
    assert.ok(line.length <= 80 || line.startsWith('  heap-analyzer '), line);
  assert.ok(isAlive(running.pid), 'it was not ours to end');
});

test('Ctrl-C keeps what is done, and ends the app', { skip: noTerminal }, async () => {
  const { code, output } = await runInTerminal(
    ['record', '-c', '2', '-d', '60s', '--warm-up', '100ms', '--load', 'own', '--any-status'].concat(
      '--output-dir',
      at('stopped'),
      '--',
      process.execPath,
      app,
    ),
    // What the progress line says by then: it is there, and the load is broken off in its middle.
    { interruptAt: '%  load before target' },
  );
  assert.equal(code, 130, output);
  assert.match(output, /What was done stays in .*baseline\.heapsnapshot\./s);
  assert.match(output, /heap-analyzer: interrupted/);
  await analyze(at('stopped', 'baseline.heapsnapshot'), { top: 0 });
  assert.ok(!isAlive(truth(at('stopped', 'app.log')).pid));
  const names = fs.readdirSync(at('stopped')).sort();
  assert.deepEqual(names, ['app.log', 'baseline.heapsnapshot', 'baseline.heapsnapshot.meta.json']);
});

test('a recorder that is killed takes the app with it', { skip: process.platform === 'win32' }, async () => {
  const log = at('killed', 'app.log');
  const started = runCli(
    ['record', '-d', '60s', '--any-status', '--output-dir', at('killed'), '--', process.execPath, app],
    {
      // What it cannot clear up any more.
      env: { TMPDIR: directory },
      async onStart(child) {
        for (let i = 0; i < 400; i++) {
          if (fs.existsSync(log) && /^up /m.test(fs.readFileSync(log, 'utf8'))) break;
          await wait(10);
        }
        // Its agent has said hello by then: it is connected before the app's own code runs.
        await wait(500);
        child.kill('SIGKILL');
      },
    },
  );
  assert.equal((await started).signal, 'SIGKILL');
  const { pid } = truth(log);
  for (let i = 0; i < 100 && isAlive(pid); i++) await wait(20);
  assert.ok(!isAlive(pid));
});

test('in a cluster it is a worker that is looked into, and all of it ends', async () => {
  const { startObserved } = require('../../../cli/running/app');
  const file = at('cluster.js');
  fs.writeFileSync(
    file,
    `const cluster = require('node:cluster');
    if (cluster.isPrimary) for (let i = 0; i < 2; i++) cluster.fork();
    else require('./web-app.js');`,
  );
  const port = await freePort();
  const observed = await startObserved([process.execPath, file], {
    log: at('cluster.log'),
    env: { ...process.env, PORT: String(port) },
    port,
    withinMs: 20_000,
    signal: new AbortController().signal,
    onProgress() {},
  });
  try {
    const { pid } = /** @type {any} */ (observed.told);
    const text = fs.readFileSync(at('cluster.log'), 'utf8');
    const workers = [...text.matchAll(/^up \d+ (\d+)$/gm)].map(([, id]) => Number(id));
    assert.ok(workers.includes(pid), text);
    assert.equal((await observed.memory?.())?.pid, pid);
    await observed.close();
    for (const worker of workers) assert.ok(!isAlive(worker), 'every worker has ended');
  } finally {
    await observed.close();
  }
});

test('what cannot be recorded is said in one sentence, and soon', async () => {
  fs.writeFileSync(
    at('dies.js'),
    `console.log('hello'); console.error(new Error('no database')); process.exit(7);`,
  );
  fs.writeFileSync(at('silent.js'), `setInterval(() => {}, 1000);`);
  const ports = `for (const port of [0, 0]) require('node:http').createServer().listen(port);`;
  fs.writeFileSync(at('ports.js'), ports);
  const start = (/** @type {string} */ name) => ['--', process.execPath, at(name)];
  /** @type {Array<[string[], number, RegExp]>} */
  const cases = [
    [
      start('dies.js'),
      3,
      /the app ended \(exit code 7\) before it listened; it wrote "Error: no database", and all of it is in .*app\.log/,
    ],
    [['--start-within', '600ms', ...start('silent.js')], 3, /the app did not listen within 0\.6 s/],
    [start('ports.js'), 2, /listens on several ports \(\d+, \d+\): say by --url/],
    [['--', at('no-such-program')], 2, /cannot start .*no-such-program/],
    [[...quick, ...start('web-app.js')], 3, /all \d+ answers had the status 404: say by --url/],
    [[], 2, /where shall the load go\?/],
    [
      ['--url', 'http://127.0.0.1:1/'],
      2,
      /which app\? .* no process of this machine is seen to listen there/,
    ],
    [['--url', 'http://example.com/'], 2, /example\.com is not this host/],
    [['--url', 'ftp://localhost/'], 2, /http: or https: URL/],
    [['--pid', '1', ...start('web-app.js')], 2, /either the app is started by/],
    [['--load', 'autocannon', ...start('web-app.js')], 3, /autocannon is not installed here/],
  ];
  await Promise.all(
    cases.map(async ([args, expected, message], index) => {
      const { code, stderr } = await runCli(['record', '--output-dir', at(`case-${index}`), ...args], {
        cwd: directory,
      });
      assert.equal(code, expected, `${args.join(' ')}: ${stderr}`);
      assert.match(stderr, message);
    }),
  );
});
