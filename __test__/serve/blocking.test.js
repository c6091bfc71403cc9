'use strict';

/**
 * The event loop stands still for V8, and for nothing else: not while a snapshot is checked, packed, redacted, hashed,
 * sent or analysed.
 */

const assert = require('node:assert/strict');
const test = require('node:test');
const { runSource } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

/** An app with a heap of some size; asks itself, and tells for each request the longest delay and V8's pause. */
const APP = `
  const http = require('node:http');
  const { monitorEventLoopDelay } = require('node:perf_hooks');
  const { heapSnapshotHandler } = require(root);
  const kept = Array.from({ length: 40_000 }, (_, i) => ({ name: 'item ' + i, list: [i] }));
  const token = 'x'.repeat(32);
  const server = http.createServer(heapSnapshotHandler({ token, directory: process.cwd() }));
  server.listen(0, '127.0.0.1', async () => {
    const url = 'http://127.0.0.1:' + server.address().port;
    const ask = async (route, method = 'GET') => {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      // It counts from tick to tick, so it has to have seen one.
      await new Promise((resolve) => setTimeout(resolve, 20));
      delay.reset();
      const answer = await fetch(url + route, { method, headers: { authorization: 'Bearer ' + token } });
      let pauseMs = Number(answer.headers.get('x-heap-snapshot-pause-ms'));
      if (/json/.test(answer.headers.get('content-type'))) {
        const body = await answer.json();
        if (body.error) throw new Error(body.error.message);
        pauseMs = body.pauseMs ?? 0;
      } else for await (const _ of answer.body);
      await new Promise((resolve) => setTimeout(resolve, 20));
      delay.disable();
      return { route, longestMs: delay.max / 1e6, pauseMs };
    };
    const results = [];
    for (const route of ['/', '/', '/?redact=1', '/?stream=1&compress=gzip', '/?stream=1&redact=1', '/list', '/leaks'])
      results.push(await ask(route));
    const [{ id }] = (await (await fetch(url + '/list', { headers: { authorization: 'Bearer ' + token } })).json()).snapshots;
    results.push(await ask('/' + id), await ask('/analyze?top=100&id=' + id), await ask('/' + id, 'DELETE'));
    console.log(JSON.stringify(results));
    server.close();
    process.exit(kept.length ? 0 : 1);
  });
`;

test('the event loop is blocked by the snapshot itself only', async (t) => {
  const { stdout, stderr, code } = await runSource(APP, { cwd: temporaryDirectory(t) });
  assert.equal(code, 0, stderr);
  const results = JSON.parse(stdout);
  assert.equal(results.length, 10);
  for (const { route, longestMs, pauseMs } of results) {
    const taking = /^\/(\?|$)/.test(route);
    assert.ok(taking ? pauseMs > 100 : pauseMs === 0, `${route}: ${pauseMs}`);
    // What is above the pause: a machine that is busy with other tests takes a share of its own.
    assert.ok(longestMs - pauseMs < 60, `${route}: ${longestMs} ms, of which V8 ${pauseMs} ms`);
    t.diagnostic(`${route.replace(/heap-[^?]*/, ':id')}: ${longestMs.toFixed(1)} ms, V8 ${pauseMs} ms`);
  }
});
