'use strict';

/**
 * An endpoint that redacts: whatever is asked for, by whichever route, no content of the heap leaves the process or
 * lies on its disk; also not of a snapshot that was taken before redaction was turned on.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');
const { analyze, heapSnapshotHandler } = require('../..');
const { listening, authorized, TOKEN } = require('../helpers/serving');
const { temporaryDirectory } = require('../helpers/temporary');

const secret = (i) => ['hun', 'ter', `2-${i}`].join('');
const KEY = ['user-', 'key'].join('');
/** Grows, so that leaks are found, with secrets among its samples. */
const passwords = new Map();
const big = [secret('x').repeat(50_000)];
const keyed = {};

function more() {
  for (let i = 0; i < 300; i++) passwords.set(secret(passwords.size), secret(`v${passwords.size}`));
  for (let i = 0; i < 50; i++) keyed[`${KEY}-${i}`] = { i };
}

async function serve(t, options) {
  const server = await listening(http.createServer(heapSnapshotHandler({ token: TOKEN, ...options })));
  t.after(server.close);
  return async (route, method = 'GET') => {
    const answer = await fetch(`${server.url}${route}`, { method, ...authorized() });
    assert.ok(answer.ok, `${route}: ${answer.status}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    return answer.headers.get('content-type') === 'application/gzip' ? zlib.gunzipSync(bytes) : bytes;
  };
}

const LEAK = /hunter2/;

test('redact: true holds on every route', async (t) => {
  const directory = temporaryDirectory(t);
  const open = await serve(t, { directory });
  more();
  const old = JSON.parse(await open('/'));
  assert.match(fs.readFileSync(old.path, 'latin1'), LEAK, 'there is something to hide');
  assert.equal(big.length, 1);

  const ask = await serve(t, { directory, redact: true });
  more();
  const taken = JSON.parse(await ask('/', 'POST'));
  assert.equal(taken.meta.options.redacted, 'contents');
  assert.doesNotMatch(fs.readFileSync(taken.path, 'latin1'), LEAK);
  assert.match(fs.readFileSync(taken.path, 'latin1'), new RegExp(KEY));
  const routes = [
    '/?stream=1',
    '/?stream=1&compress=gzip',
    `/${old.id}`,
    `/${old.id}?redact=0`,
    `/${taken.id}`,
    '/list',
    '/memory',
    '/analyze?top=200',
    `/analyze?top=200&id=${old.id}`,
    '/leaks',
  ];
  for (const route of routes) assert.doesNotMatch((await ask(route)).toString('latin1'), LEAK, route);
  const leaks = JSON.parse(await ask('/leaks'));
  assert.ok(leaks.conclusive !== false && leaks.verdict !== 'clean');
  assert.ok(leaks.findings.some(({ holder }) => holder.variable === 'passwords'));

  // What came is the heap it says it is.
  const copy = path.join(directory, 'copy');
  fs.writeFileSync(copy, await ask(`/${old.id}`));
  const figures = async (file) => (await analyze(file, { all: true })).classes;
  assert.deepEqual(await figures(copy), await figures(old.path));
});

test('a request may ask for more redaction, never for less', async (t) => {
  const directory = temporaryDirectory(t);
  const ask = await serve(t, { directory });
  more();
  const hidden = (await ask('/?stream=1&redact=keys')).toString('latin1');
  assert.doesNotMatch(hidden, LEAK);
  assert.ok(!hidden.includes(KEY));
  const strict = await serve(t, { directory, redact: { propertyKeys: true } });
  for (const route of ['/?stream=1&redact=0', '/?stream=1&redact=1']) {
    assert.ok(!(await strict(route)).toString('latin1').includes(KEY), route);
  }
  assert.deepEqual(fs.readdirSync(directory), []);
});
