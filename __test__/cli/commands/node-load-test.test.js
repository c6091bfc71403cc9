'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { openLoad, readLoadUrl } = require('../../../cli/load');
const { runCli } = require('../../helpers/run');
const { framework } = require('../../helpers/serving');
const { temporaryDirectory } = require('../../helpers/temporary');
const { startApp, writeApp } = require('../../helpers/web-app');

const directory = temporaryDirectory(test);
const app = writeApp(directory);
const stage = (/** @type {number} */ durationMs) => ({
  durationMs,
  signal: new AbortController().signal,
  onProgress() {},
});
const counted = async (/** @type {string} */ url) => (await fetch(`${url}/count`)).json();

test('every driver does what it says: the app counts the same', async (t) => {
  const script = path.join(directory, 'visit.mjs');
  fs.writeFileSync(
    script,
    'export default async ({ url, number }) => { await (await fetch(`${url}item/s${number}`)).text(); };',
  );
  const { driveByAutocannon } = require('../../../cli/load/autocannon');
  for (const kind of ['own', 'script', 'autocannon']) {
    const { url, stop } = await startApp(t, [app]);
    const options = { url: readLoadUrl(`${url}/item/{i}`, false), connections: 3 };
    const drive =
      kind === 'own'
        ? await openLoad({ ...options, driver: 'own' })
        : kind === 'script'
          ? await openLoad({ ...options, url: readLoadUrl(url, false), script })
          : driveByAutocannon(framework('autocannon'), options);
    const results = [await drive(stage(300)), await drive(stage(200))];
    const requests = results.reduce((sum, result) => sum + result.requests, 0);
    const { served, items } = await counted(url);
    // autocannon breaks off the requests that are under way when its time is up.
    const slack = kind === 'autocannon' ? 2 * options.connections : 0;
    assert.ok(served >= requests && served <= requests + slack, `${kind}: ${served} and ${requests}`);
    assert.equal(items, served, 'no number comes twice');
    for (const { errors, non2xx, statuses, requestsPerSecond, latencyMs } of results) {
      assert.deepEqual([errors, non2xx], [0, 0]);
      assert.ok(kind === 'script' || statuses[200] > 0);
      assert.ok(requestsPerSecond > 0 && latencyMs.p50 <= latencyMs.p99 && latencyMs.p99 <= latencyMs.max);
    }
    await stop();
  }
});

test('load that cannot be: nobody listens, a script without a function', async () => {
  const drive = await openLoad({ url: new URL('http://127.0.0.1:1/'), connections: 2, driver: 'own' });
  const { requests, errors, firstError } = await drive(stage(120));
  assert.equal(requests, 0);
  assert.ok(errors >= 2 && /ECONNREFUSED/.test(firstError));
  const script = path.join(directory, 'nothing.js');
  fs.writeFileSync(script, 'exports.other = 1;');
  const url = new URL('http://127.0.0.1:1/');
  await assert.rejects(openLoad({ url, connections: 1, script }), /exports no function/);
  await assert.rejects(openLoad({ url, connections: 1, script: `${script}x` }), /cannot load/);
});

test('node-load-test: a snapshot before, one after, and what grew between them', async (t) => {
  const { url, output, pid } = await startApp(t, ['--inspect=127.0.0.1:0', app]);
  const [, inspect] = /ws:\/\/(127\.0\.0\.1:\d+)\//.exec(output()) ?? [];
  const { code, stdout, stderr } = await runCli(
    [
      'node-load-test',
      `${url}/item/{i}`,
      '--inspect',
      inspect,
      '--concurrency',
      '2',
      '--duration',
      '0.5',
    ].concat('--warm-up', '200ms', '--load', 'own', '--output-dir', 'test', '--fail-on', 'growth', '--json'),
    { cwd: directory },
  );
  assert.equal(code, 1, stdout + stderr);
  const { record, findings, comparedBy } = JSON.parse(stdout);
  // One session of the inspector for both: else V8 would have forgotten all ids between them.
  assert.equal(comparedBy, 'id');
  assert.deepEqual(
    record.captures.map((capture) => [path.basename(capture.path), capture.meta.pid]),
    [
      ['baseline.heapsnapshot', pid],
      ['target.heapsnapshot', pid],
    ],
  );
  assert.equal(findings[0].holder.variable, 'items');
  const { served } = await counted(url);
  assert.equal(
    record.loads.reduce((/** @type {number} */ sum, load) => sum + load.requests, 0),
    served,
  );
  assert.ok(record.memory.every((memory) => memory.pid === pid && memory.heapUsed > 0 && memory.rss > 0));
});
