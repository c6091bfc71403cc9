'use strict';

/**
 * The same conversation with every framework: what is promised of the routes holds whoever mounts them.
 */

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');
const { analyze, findLeaks, heapSnapshotHandler } = require('../..');
const { framework, servers, listening, authorized, MOUNT, TOKEN } = require('../helpers/serving');
const { temporaryDirectory } = require('../helpers/temporary');

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

class Session {}

/** Grows between two snapshots, in every test. */
const sessions = new Map();

/** @param {import('node:test').TestContext} t @param {string} name */
async function serving(t, name) {
  const directory = temporaryDirectory(t);
  const server = await servers[name]({ token: TOKEN, directory });
  t.after(server.close);
  const ask = (route, init) => fetch(`${server.url}${MOUNT}${route}`, { ...authorized(), ...init });
  const json = async (route, init) => (await ask(route, init)).json();
  return { directory, url: server.url, ask, json };
}

for (const name of Object.keys(servers)) {
  test(`${name}: every route, and the app beside it`, async (t) => {
    const { directory, url, ask, json } = await serving(t, name);

    // As the guide has it.
    const taken = await ask('');
    assert.equal(taken.status, 200);
    const first = await taken.json();
    assert.equal(first.size, fs.statSync(first.snapshot).size);
    assert.equal(path.dirname(first.path), directory);
    assert.equal(first.schemaVersion, 1);
    assert.equal(first.sha256, sha256(fs.readFileSync(first.path)));
    assert.equal(first.meta.pid, process.pid);
    assert.equal(first.download, `${MOUNT}/${first.id}`);

    const { snapshots } = await json('/list');
    assert.deepEqual(
      snapshots.map(({ id, reason, download }) => ({ id, reason, download })),
      [{ id: first.id, reason: 'http', download: first.download }],
    );
    const download = await fetch(new URL(first.download, url), authorized());
    const bytes = Buffer.from(await download.arrayBuffer());
    assert.equal(download.headers.get('x-heap-snapshot-sha256'), sha256(bytes));
    assert.equal(sha256(bytes), first.sha256);
    assert.match(
      download.headers.get('content-disposition'),
      /^attachment; filename="heap-.*\.heapsnapshot"$/,
    );

    // Straight to the client: nothing stays.
    const files = fs.readdirSync(directory);
    const streamed = await ask('?stream=1&compress=gzip', { method: 'POST' });
    const packed = Buffer.from(await streamed.arrayBuffer());
    assert.equal(streamed.status, 200);
    assert.equal(streamed.headers.get('content-type'), 'application/gzip');
    assert.equal(Number(streamed.headers.get('content-length')), packed.length);
    assert.equal(streamed.headers.get('x-heap-snapshot-sha256'), sha256(packed));
    assert.equal(JSON.parse(streamed.headers.get('x-heap-snapshot-meta')).pid, process.pid);
    JSON.parse(zlib.gunzipSync(packed).toString());
    assert.deepEqual(fs.readdirSync(directory), files);

    const { memory, capture } = await json('/memory');
    assert.ok(memory.rss > memory.heapUsed && memory.heapUsed > 1e6);
    assert.ok(capture.nodes > 10_000 && capture.refusal === null);
    const { classes } = await json(`/analyze?id=${first.id}&top=3`);
    assert.equal(classes.length, 3);

    for (const [route, method, status, code] of [
      ['/nothing/here', 'GET', 404, 'ERR_HEAP_NOT_FOUND'],
      ['/list', 'POST', 405, 'ERR_HEAP_USAGE'],
      ['/?strem=1', 'GET', 400, 'ERR_HEAP_USAGE'],
      ['/?stream=1&stream=0', 'GET', 400, 'ERR_HEAP_USAGE'],
      ['/?thread=4000000', 'GET', 404, 'ERR_HEAP_NOT_FOUND'],
      ['/analyze?top=-1', 'GET', 400, 'ERR_HEAP_USAGE'],
      ['/leaks', 'GET', 409, 'ERR_HEAP_USAGE'],
      ['/leaks?baseline=x', 'GET', 400, 'ERR_HEAP_USAGE'],
      ['/leaks?baseline=x&target=y', 'GET', 404, 'ERR_HEAP_NOT_FOUND'],
    ]) {
      const refused = await ask(route, { method });
      assert.equal(refused.status, status, route);
      assert.equal((await refused.json()).error.code, code, route);
    }
    // A body is nobody's business: neither parsed nor refused before the endpoint sees the request.
    const body = { method: 'POST', body: '{not json', ...authorized({ 'content-type': 'application/json' }) };
    assert.equal((await json('?strem=1', body)).error.code, 'ERR_HEAP_USAGE');

    const deleted = await json(`/${first.id}`, { method: 'DELETE' });
    assert.deepEqual(deleted, { schemaVersion: 1, tool: first.tool, deleted: first.id });
    assert.equal((await ask(`/${first.id}`)).status, 404);
    assert.deepEqual(fs.readdirSync(directory), [], 'the sidecar too');

    assert.equal(await (await fetch(`${url}/app`)).text(), 'the app');
    assert.equal((await fetch(`${url}${MOUNT}/list`)).status, 401);
  });
}

test('analyses and leak reports are those of the API', async (t) => {
  const { ask, json } = await serving(t, 'plain http');
  const first = await json('');
  for (let i = 0; i < 500; i++) sessions.set(sessions.size, new Session());
  const posted = await ask('/?reason=after%20load', { method: 'POST' });
  assert.equal(posted.status, 201);
  const second = await posted.json();
  assert.equal(posted.headers.get('location'), `${MOUNT}/${second.id}`);
  assert.match(second.id, /-after-load$/);
  assert.equal(second.meta.reason, 'after load');

  const { classes, biggest } = await json(`/analyze?id=${second.id}&top=5`);
  const direct = await analyze(second.path, { top: 5 });
  assert.deepEqual({ classes, biggest }, { classes: direct.classes, biggest: direct.biggest });

  const leaks = await json('/leaks');
  assert.deepEqual(
    leaks.snapshots.map(({ id }) => id),
    [first.id, second.id],
  );
  assert.ok(leaks.findings.some(({ holder }) => holder.variable === 'sessions'));
  const { findings } = await findLeaks({ baseline: first.path, target: second.path });
  assert.deepEqual(leaks.findings, JSON.parse(JSON.stringify(findings)));
});

test('a worker instead of the main thread', async (t) => {
  const { json } = await serving(t, 'plain http');
  const worker = new Worker(
    'class InWorker {}; globalThis.kept = new InWorker(); setInterval(() => {}, 1000);',
    { eval: true },
  );
  t.after(() => worker.terminate());
  await once(worker, 'online');
  const taken = await json(`?thread=${worker.threadId}`);
  assert.deepEqual(taken.source, { kind: 'thread', target: worker.threadId });
  const { classes } = await analyze(taken.path, { all: true });
  assert.ok(classes.some(({ name }) => name === 'InWorker'));
  assert.ok(!classes.some(({ name }) => name === 'Session'));
});

test('a place that cannot be written to is our fault, and not a missing page', async (t) => {
  const file = path.join(temporaryDirectory(t), 'file');
  fs.writeFileSync(file, '');
  const heap = heapSnapshotHandler({ token: TOKEN, directory: path.join(file, 'below') });
  const server = await listening(http.createServer(heap));
  t.after(server.close);
  for (const route of ['/', '/?redact=1']) {
    const answer = await fetch(`${server.url}${route}`, authorized());
    assert.equal(answer.status, 500);
    assert.equal((await answer.json()).error.code, 'ERR_HEAP_NOT_FOUND');
  }
});

test("Express: app.get() as the guide mounts it, and nothing of the app's is taken", async (t) => {
  const directory = temporaryDirectory(t);
  for (const version of ['express4', 'express5']) {
    const app = framework(version)();
    app.get('/debug/heap-snapshot', heapSnapshotHandler({ token: TOKEN, directory }));
    app.get('/debug/:what', heapSnapshotHandler({ token: TOKEN, directory }));
    const server = await listening(http.createServer(app));
    t.after(server.close);
    const answer = await (
      await fetch(`${server.url}/debug/heap-snapshot?reason=${version}`, authorized())
    ).json();
    assert.equal(answer.size, fs.statSync(answer.snapshot).size);
    assert.ok(!('download' in answer), 'only the root is mounted');
    // A path with parameters is not the place of a snapshot.
    assert.equal((await fetch(`${server.url}/debug/list/x`, authorized())).status, 404);
    assert.equal((await fetch(`${server.url}/debug/list`, authorized())).status, 404);
  }
  assert.equal(fs.readdirSync(directory).length, 4);
});

test('the mount of plain http: what is beside it is 404 without an app', async (t) => {
  const heap = heapSnapshotHandler({ mount: '/heap/', token: TOKEN, directory: temporaryDirectory(t) });
  const server = await listening(http.createServer(heap));
  t.after(server.close);
  assert.equal((await fetch(`${server.url}/heap/list`, authorized())).status, 200);
  assert.equal((await fetch(`${server.url}/heap?reason=${'x'.repeat(300)}`, authorized())).status, 400);
  for (const other of ['/', '/heapx', '/heapx/list', '/hea'])
    assert.equal((await fetch(`${server.url}${other}`, authorized())).status, 404, other);
});
