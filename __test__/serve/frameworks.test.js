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
const { analyze, heapSnapshotHandler } = require('../..');
const { framework, servers, listening, authorized, MOUNT, TOKEN } = require('../helpers/serving');
const { temporaryDirectory } = require('../helpers/temporary');

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

class Session {}

/** Grows between two snapshots, in every test. */
const sessions = new Map();

for (const [name, start] of Object.entries(servers)) {
  test(`${name}: every route, and the app beside it`, async (t) => {
    const directory = temporaryDirectory(t);
    const server = await start({ token: TOKEN, directory });
    t.after(server.close);
    const root = `${server.url}${MOUNT}`;
    const ask = (route, init) => fetch(`${root}${route}`, { ...authorized(), ...init });
    const json = async (route, init) => (await ask(route, init)).json();

    // As the guide has it.
    const taken = await ask('');
    assert.equal(taken.status, 200);
    const first = await taken.json();
    assert.equal(first.size, fs.statSync(first.snapshot).size);
    assert.equal(path.dirname(first.path), directory);
    assert.equal(first.schemaVersion, 1);
    assert.equal(first.sha256, sha256(fs.readFileSync(first.path)));
    assert.equal(first.meta.pid, process.pid);

    for (let i = 0; i < 500; i++) sessions.set(sessions.size, new Session());
    const posted = await ask('/?reason=after%20load', { method: 'POST' });
    assert.equal(posted.status, 201);
    const second = await posted.json();
    assert.equal(posted.headers.get('location'), `${MOUNT}/${second.id}`);
    assert.equal(second.download, `${MOUNT}/${second.id}`);
    assert.match(second.id, /-after-load$/);

    const { snapshots } = await json('/list');
    assert.deepEqual(
      snapshots.map(({ id }) => id),
      [first.id, second.id],
    );
    assert.equal(snapshots[1].reason, 'after load');

    const download = await fetch(new URL(second.download, server.url), authorized());
    const bytes = Buffer.from(await download.arrayBuffer());
    assert.equal(download.headers.get('x-heap-snapshot-sha256'), sha256(bytes));
    assert.equal(sha256(bytes), second.sha256);
    assert.match(
      download.headers.get('content-disposition'),
      /^attachment; filename="heap-.*\.heapsnapshot"$/,
    );

    // Straight to the client: nothing stays.
    const files = fs.readdirSync(directory);
    const streamed = await ask('?stream=1&compress=gzip', { method: 'POST' });
    const packed = Buffer.from(await streamed.arrayBuffer());
    assert.equal(streamed.headers.get('content-type'), 'application/gzip');
    assert.equal(Number(streamed.headers.get('content-length')), packed.length);
    assert.equal(streamed.headers.get('x-heap-snapshot-sha256'), sha256(packed));
    assert.equal(JSON.parse(streamed.headers.get('x-heap-snapshot-meta')).pid, process.pid);
    JSON.parse(zlib.gunzipSync(packed).toString());
    assert.deepEqual(fs.readdirSync(directory), files);

    const { memory, capture } = await json('/memory');
    assert.ok(memory.rss > memory.heapUsed && memory.heapUsed > 1e6);
    assert.ok(capture.nodes > 10_000 && capture.refusal === null);

    if (name === 'plain http') {
      const analysis = await json(`/analyze?id=${second.id}&top=5`);
      const { classes } = await analyze(second.path, { top: 5 });
      assert.deepEqual(analysis.classes, classes);
    }

    const leaks = await json('/leaks');
    assert.deepEqual(
      leaks.snapshots.map(({ id }) => id),
      [first.id, second.id],
    );
    assert.notEqual(leaks.verdict, 'clean');
    assert.ok(leaks.findings.some(({ holder }) => holder.variable === 'sessions'));

    assert.deepEqual(await json(`/${first.id}`, { method: 'DELETE' }), {
      schemaVersion: 1,
      tool: first.tool,
      deleted: first.id,
    });
    assert.equal((await ask(`/${first.id}`)).status, 404);
    assert.equal(fs.readdirSync(directory).length, 2, 'the other one and its sidecar');

    for (const [route, method, status, code] of [
      ['/nothing/here', 'GET', 404, 'ERR_HEAP_NOT_FOUND'],
      ['/list', 'POST', 405, 'ERR_HEAP_USAGE'],
      ['/?strem=1', 'GET', 400, 'ERR_HEAP_USAGE'],
      ['/?stream=1&stream=0', 'GET', 400, 'ERR_HEAP_USAGE'],
      ['/analyze?top=-1', 'GET', 400, 'ERR_HEAP_USAGE'],
      ['/leaks', 'GET', 409, 'ERR_HEAP_USAGE'],
      ['/leaks?baseline=x', 'GET', 400, 'ERR_HEAP_USAGE'],
    ]) {
      const refused = await ask(route, { method });
      assert.equal(refused.status, status, route);
      assert.equal((await refused.json()).error.code, code, route);
    }

    // A body is nobody's business: neither parsed nor refused before the endpoint sees the request.
    const body = { method: 'POST', body: '{not json', ...authorized({ 'content-type': 'application/json' }) };
    assert.equal((await json('?strem=1', body)).error.code, 'ERR_HEAP_USAGE');

    assert.equal(await (await fetch(`${server.url}/app`)).text(), 'the app');
    assert.equal((await fetch(`${root}/list`)).status, 401);
  });
}

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
