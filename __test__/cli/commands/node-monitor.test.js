'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const test = require('node:test');
const { analyze } = require('../../..');
const { width } = require('../../../cli/render/text');
const { root, runCli } = require('../../helpers/run');
const { temporaryDirectory } = require('../../helpers/temporary');
const { startApp } = require('../../helpers/web-app');

const directory = temporaryDirectory(test);
const app = path.join(directory, 'grows.js');
fs.writeFileSync(
  app,
  `const http = require('node:http');
  const { heapSnapshotHandler } = require(${JSON.stringify(root)});
  const heap = heapSnapshotHandler({ mount: '/debug/heap', loopback: true });
  const server = http.createServer((request, response) => heap(request, response, () => response.end()));
  globalThis.kept = [];
  setInterval(() => {
    for (let i = 0; i < 1500 && kept.length < 120_000; i++) kept.push({ i });
  }, 20);
  server.listen(0, '127.0.0.1', () => console.log('up', server.address().port, process.pid));
  if (process.env.ENDS) setTimeout(() => process.exit(), Number(process.env.ENDS));
  `,
);
const linux = process.platform === 'linux';

/** @param {string[]} args @param {object} [options] */
async function monitor(args, options) {
  const outcome = await runCli(['node-monitor', '-i', '100ms', ...args, '--json'], options);
  return { ...outcome, answer: JSON.parse(outcome.stdout) };
}

test('by inspector and by endpoint: every figure, growth, an alert with its snapshot, a webhook', async (t) => {
  const { url, pid, output } = await startApp(t, ['--inspect=127.0.0.1:0', app]);
  const [, inspect] = /ws:\/\/(127\.0\.0\.1:\d+)\//.exec(output()) ?? [];
  /** @type {any[]} */
  const told = [];
  const hook = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      told.push(JSON.parse(text));
      response.end();
    });
  });
  await new Promise((resolve) => hook.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => hook.close());
  const webhook = `http://127.0.0.1:${/** @type {any} */ (hook.address()).port}/`;

  const byEndpoint = await monitor([
    '--endpoint',
    `${url}/debug/heap`,
    '-d',
    '900ms',
    '--growth-above',
    '10%',
    '--webhook-url',
    webhook,
  ]);
  assert.equal(byEndpoint.code, 1, byEndpoint.stderr);
  const { samples, alerts, summary, app: of } = byEndpoint.answer;
  assert.ok(samples.length >= 3);
  for (const sample of samples) {
    assert.equal(sample.pid, pid);
    for (const name of ['rss', 'heapUsed', 'heapTotal', 'external', 'arrayBuffers']) {
      assert.ok(Number.isInteger(sample[name]), name);
    }
  }
  assert.equal(of.figuresFrom, 'endpoint');
  assert.deepEqual(summary.heapUsed.first, samples[0].heapUsed);
  assert.ok(summary.heapUsed.max >= summary.heapUsed.last && summary.heapUsed.min <= summary.heapUsed.first);
  assert.equal(alerts[0].kind, 'growth');
  assert.ok(alerts[0].growth > 0.1 && alerts[0].value > alerts[0].threshold);
  assert.deepEqual(told[0].alert, alerts[0]);
  assert.match(told[0].text, /^heap-analyzer: heapUsed grew by/);

  const byInspector = await monitor([
    '--inspect',
    inspect,
    '-d',
    '300ms',
    '--threshold',
    '3',
    '--snapshot',
    '--output-dir',
    directory,
  ]);
  assert.equal(byInspector.code, 1, byInspector.stderr);
  const [alert] = byInspector.answer.alerts;
  assert.deepEqual([alert.kind, alert.threshold], ['heapUsed', 3e6]);
  assert.equal(path.dirname(alert.snapshot.path), directory);
  await analyze(alert.snapshot.path, { top: 0 });
});

test('by its id alone: the resident memory, until it ends', { skip: !linux && 'reads /proc' }, async (t) => {
  const { pid } = await startApp(t, [app], { env: { ...process.env, ENDS: '1200' } });
  const { code, answer, stderr } = await monitor(['--pid', String(pid), '--rss-above', '1000GB']);
  assert.equal(code, 0, stderr);
  assert.match(answer.ended.why, /no longer a process/);
  assert.deepEqual(answer.alerts, []);
  assert.equal(answer.app.figuresFrom, 'system');
  for (const { rss, heapUsed } of answer.samples) assert.ok(rss > 20e6 && heapUsed === null);
});

test('the text: a line for each look, at 80 columns; Ctrl-C ends it with what was seen', async (t) => {
  const { url } = await startApp(t, [app]);
  const { code, stdout } = await runCli(
    ['node-monitor', '--endpoint', `${url}/debug/heap`, '-i', '50ms', '--heap-used-above', '1MB'],
    {
      env: { COLUMNS: '80' },
      onStart(child) {
        let seen = '';
        let stopped = false;
        child.stdout.on('data', (text) => {
          seen += text;
          if (!stopped && /(?:MB\n[^\n]*){3}/.test(seen)) stopped = child.kill('SIGINT');
        });
      },
    },
  );
  assert.equal(code, 130);
  assert.match(
    stdout,
    /^ {4}TIME +RESIDENT +HEAP USED +HEAP TOTAL +EXTERNAL +(?:BUFFERS +)?CHANGE\n\d\d:\d\d:\d\d /,
  );
  assert.match(stdout, /^! heapUsed is [\d.]+ MB, above 1\.0 MB$/m);
  assert.match(stdout, /^Heap in use .* between .*\n\d+ looks in .*, 1 alert\.$/m);
  for (const line of stdout.split('\n')) assert.ok(width(line) <= 80, line);
});

test('what cannot be watched', async (t) => {
  const plain = http.createServer((_request, response) => response.writeHead(404).end('{}'));
  await new Promise((resolve) => plain.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => plain.close());
  /** @type {Array<[string[], number, RegExp]>} */
  const cases = [
    [[], 2, /which app\? Give --endpoint URL/],
    [['--pid', '1', '--inspect', '9229'], 2, /only one of them/],
    [['--endpoint', 'http://127.0.0.1:1/'], 3, /does not answer: nobody listens there/],
    [['--inspect', '127.0.0.1:1'], 3, /no inspector/],
    [['--pid', '999999999'], 2, /no process 999999999/],
    [['--pid', String(process.pid), '--interval', '1ms'], 2, /10 ms at the least/],
    [['--pid', String(process.pid), '--growth-above', 'much'], 2, /a share such as 50%/],
    [['--pid', String(process.pid), '--webhook-url', 'mail'], 2, /a webhook is an http/],
    ...(linux
      ? [
          /** @type {[string[], number, RegExp]} */ ([
            ['--pid', String(process.pid), '--heap-used-above', '1MB'],
            3,
            /known to the inspector and our endpoint only/,
          ]),
        ]
      : []),
  ];
  await Promise.all(
    cases.map(async ([args, expected, message]) => {
      const { code, stderr } = await runCli(['node-monitor', ...args]);
      assert.equal(code, expected, `${args.join(' ')}: ${stderr}`);
      assert.match(stderr, message);
    }),
  );
});
