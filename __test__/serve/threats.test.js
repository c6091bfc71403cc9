'use strict';

/**
 * The threats to an endpoint that hands out heaps, row by row. Whoever is not let in gets the same few bytes whatever
 * was asked, and nothing happens on their behalf.
 */

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const api = require('../..');
const { ownIsolate } = require('../../lib/capture/source');
const { findStored, openStored } = require('../../lib/serve/store');
const { framework, listening, sendRaw, authorized, servers, TOKEN } = require('../helpers/serving');
const { runSource } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

const { heapSnapshotHandler, fastifyPlugin, koaMiddleware } = api;
const posix = process.platform !== 'win32';

const REFUSED = {
  401: '{"schemaVersion":1,"tool":{"name":"heap-analyzer","version":"2.0.0"},"error":{"code":"ERR_HEAP_UNAUTHORIZED","message":"unauthorized"}}\n',
  403: '{"schemaVersion":1,"tool":{"name":"heap-analyzer","version":"2.0.0"},"error":{"code":"ERR_HEAP_FORBIDDEN","message":"forbidden"}}\n',
};

/** Every route, and what is none. */
const REQUESTS = [
  ...[
    '/',
    '/list',
    '/memory',
    '/analyze',
    '/leaks',
    '/heap-1-2-3',
    '/nothing/here',
    '/?stream=1',
    '/?strem=1',
  ].map((route) => ['GET', route]),
  ...['POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'TRACE'].map((method) => [method, '/']),
  ['DELETE', '/heap-1-2-3'],
];

/** @param {import('node:test').TestContext} t @param {object} options @param {string} [host] */
async function serve(t, options, host) {
  const directory = temporaryDirectory(t);
  const server = http.createServer(heapSnapshotHandler({ directory, ...options }));
  const running = await listening(server, host);
  t.after(running.close);
  return { ...running, directory };
}

/** @param {{ status: number, head: string, body: string }} answer @param {401 | 403} expected */
function assertRefused({ status, head, body }, expected, what = '') {
  assert.equal(status, expected, what);
  assert.equal(body, REFUSED[expected], what);
  assert.doesNotMatch(head, /access-control|set-cookie|location/i, what);
}

test('exposed by accident: the import mounts nothing', async () => {
  const source = `
    const http = require('node:http');
    const { Server } = require('node:net');
    let listening = 0;
    const { listen } = Server.prototype;
    Server.prototype.listen = function (...args) { listening++; return listen.apply(this, args); };
    require(root);
    console.log(listening, process.getActiveResourcesInfo().filter((name) => !/TTY|Pipe|FS/.test(name)).length,
      process.listenerCount('SIGUSR2'), process.listenerCount('exit'));`;
  const { stdout, stderr } = await runSource(source);
  assert.equal(stderr, '');
  assert.equal(stdout, '0 0 0 0\n');
});

test('exposed by accident: mounting without saying who may ask throws', async () => {
  const mounts = [
    heapSnapshotHandler,
    koaMiddleware,
    (options) => {
      const app = framework('fastify')();
      return app.register(fastifyPlugin, options).ready();
    },
  ];
  for (const mount of mounts) {
    for (const options of [
      undefined,
      {},
      { token: undefined },
      { token: '' },
      { token: 'short' },
      { token: [] },
      { token: [TOKEN, 'short'] },
      { token: `${TOKEN} with spaces` },
      { loopback: false },
      { authorize: true },
    ]) {
      await assert.rejects(
        async () => mount(options),
        (error) => {
          assert.equal(error.code, 'ERR_HEAP_USAGE');
          assert.ok(
            !error.message.includes('short'.concat('"')) && !error.message.includes(TOKEN),
            error.message,
          );
          return true;
        },
      );
    }
  }
  process.env.NODE_ENV = 'production';
  try {
    assert.throws(() => heapSnapshotHandler({ loopback: true }), {
      code: 'ERR_HEAP_USAGE',
      message: /production/,
    });
    heapSnapshotHandler({ loopback: true, token: TOKEN });
  } finally {
    delete process.env.NODE_ENV;
  }
});

test('guessing: by header only, and every refusal is the same', async (t) => {
  const { port, directory } = await serve(t, { token: [TOKEN, 'f'.repeat(40)] });
  const wrong = [
    null,
    'Bearer',
    'Bearer ',
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Bearer x ${TOKEN}`,
    `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}`,
    `Token ${TOKEN}`,
    TOKEN,
  ];
  for (const [method, route] of REQUESTS) {
    for (const authorization of method === 'GET' ? wrong : [wrong[0], wrong[3]]) {
      const lines = [`${method} ${route} HTTP/1.1`, 'Host: x'];
      if (authorization !== null) lines.push(`Authorization: ${authorization}`);
      const answer = await sendRaw(port, lines);
      assertRefused(answer, 401, `${method} ${route} ${authorization}`);
      assert.match(answer.head, /^www-authenticate: Bearer\r?$/im);
    }
  }
  for (const elsewhere of [
    ['GET /?token=TOKEN HTTP/1.1'],
    ['GET /?access_token=TOKEN HTTP/1.1'],
    ['GET / HTTP/1.1', 'Cookie: token=TOKEN'],
    ['GET / HTTP/1.1', 'X-Token: TOKEN'],
    ['GET / HTTP/1.1', 'Proxy-Authorization: Bearer TOKEN'],
  ]) {
    const lines = elsewhere.map((line) => line.replace('TOKEN', TOKEN));
    assertRefused(await sendRaw(port, [lines[0], 'Host: x', ...lines.slice(1)]), 401, lines.join());
  }
  assert.deepEqual(fs.readdirSync(directory), [], 'nothing was captured for anybody');
  for (const token of [TOKEN, 'f'.repeat(40)]) {
    const answer = await sendRaw(port, ['GET /list HTTP/1.1', 'Host: x', `Authorization: bearer ${token}`]);
    assert.equal(answer.status, 200, 'each of several tokens, and the scheme in any case');
  }
});

test('guessing: `authorize` lets in with exactly true, and sees what its framework gives', async (t) => {
  const warnings = [];
  const listener = (warning) => warnings.push(warning.message);
  process.on('warning', listener);
  t.after(() => process.off('warning', listener));
  for (const [allowed, answer] of [
    [true, 200],
    [async () => true, 200],
    [false, 401],
    [1, 401],
    [{ user: 'x' }, 401],
    [undefined, 401],
    [async () => 'yes', 401],
    [
      () => {
        throw new Error('no database');
      },
      401,
    ],
    [
      async () => {
        throw new Error('no database');
      },
      401,
    ],
  ]) {
    const { port } = await serve(t, {
      authorize: () => (typeof allowed === 'function' ? allowed() : allowed),
    });
    const got = await sendRaw(port, ['GET /list HTTP/1.1', 'Host: x']);
    assert.equal(got.status, answer, String(allowed));
    if (answer === 401) assertRefused(got, 401);
  }
  assert.equal(warnings.filter((message) => message.includes('no database')).length, 2);
  for (const [name, key] of [
    ['Express 5', 'originalUrl'],
    ['Fastify 5', 'routeOptions'],
    ['Koa', 'app'],
  ]) {
    let seen;
    const server = await servers[name]({
      authorize: (context) => ((seen = context), true),
      directory: temporaryDirectory(t),
    });
    t.after(server.close);
    assert.equal((await fetch(`${server.url}/debug/heap/list`)).status, 200, name);
    assert.ok(key in seen, name);
  }
  const both = await serve(t, { token: TOKEN, authorize: () => true });
  assertRefused(await sendRaw(both.port, ['GET /list HTTP/1.1', 'Host: x']), 401, 'both must agree');
});

test('cross-site: a foreign page gets nowhere, token or not', async (t) => {
  const { port, directory, url } = await serve(t, { token: TOKEN });
  for (const foreign of [
    'Origin: https://evil.example',
    'Origin: null',
    `Origin: http://127.0.0.1:${port + 1}`,
    `Origin: http://127.0.0.1.evil.example:${port}`,
    'Origin: file://',
    `Origin: ftp://127.0.0.1:${port}`,
    'Origin: nonsense',
    'Sec-Fetch-Site: cross-site',
    'Sec-Fetch-Site: same-site',
  ]) {
    for (const [method, route] of REQUESTS) {
      const answer = await sendRaw(port, [
        `${method} ${route} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        `Authorization: Bearer ${TOKEN}`,
        foreign,
      ]);
      assertRefused(answer, 403, `${foreign} ${method} ${route}`);
    }
  }
  assert.deepEqual(fs.readdirSync(directory), []);
  const same = await fetch(`${url}/list`, authorized({ origin: url, 'sec-fetch-site': 'same-origin' }));
  assert.equal(same.status, 200);
});

test('cross-site: no CORS header, even where the app gives them to everybody', async (t) => {
  const handler = heapSnapshotHandler({ token: TOKEN, directory: temporaryDirectory(t) });
  const server = http.createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Credentials', 'true');
    handler(request, response);
  });
  const { url, port, close } = await listening(server);
  t.after(close);
  const answer = await fetch(`${url}/list`, authorized());
  assert.equal(answer.status, 200);
  for (const name of answer.headers.keys()) assert.doesNotMatch(name, /^access-control/);
  const preflight = ['OPTIONS / HTTP/1.1', `Host: 127.0.0.1:${port}`, `Origin: ${url}`];
  assertRefused(await sendRaw(port, [...preflight, 'Access-Control-Request-Method: POST']), 401);
});

test('cross-site: rebinding in loopback mode', async (t) => {
  const { port, directory } = await serve(t, { loopback: true });
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '0.0.0.0',
    '[::2]',
    '',
    'localhost:1:2',
    '127.0.0.1@evil.example',
    '[::1].evil.example',
  ]) {
    for (const [method, route] of REQUESTS) {
      assertRefused(
        await sendRaw(port, [`${method} ${route} HTTP/1.1`, `Host: ${host}`]),
        403,
        `${host} ${route}`,
      );
    }
  }
  assertRefused(await sendRaw(port, ['GET / HTTP/1.0']), 403, 'no Host at all');
  assert.deepEqual(fs.readdirSync(directory), []);
  for (const host of [
    'localhost',
    `localhost:${port}`,
    'LOCALHOST',
    '127.0.0.1',
    '127.1.2.3:80',
    '[::1]',
    `[::1]:${port}`,
    'app.localhost',
  ]) {
    assert.equal((await sendRaw(port, ['GET /list HTTP/1.1', `Host: ${host}`])).status, 200, host);
  }
});

test('spoofed addresses: what a header says of the address counts for nothing', async (t) => {
  const outside = Object.values(os.networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal);
  const { port, directory } = await serve(t, { loopback: true }, '0.0.0.0');
  for (const header of [
    'X-Forwarded-For: 127.0.0.1',
    'X-Real-IP: 127.0.0.1',
    'Forwarded: for=127.0.0.1',
    'Via: 1.1 proxy',
  ]) {
    const lines = ['GET / HTTP/1.1', 'Host: localhost', header];
    assertRefused(await sendRaw(port, lines), 403, 'behind a proxy nobody is local');
    if (outside) assertRefused(await sendRaw(port, lines, outside.address), 403, header);
  }
  if (outside) {
    assertRefused(await sendRaw(port, ['GET / HTTP/1.1', 'Host: localhost'], outside.address), 403);
    const open = await serve(t, { token: TOKEN }, '0.0.0.0');
    const lines = ['GET /list HTTP/1.1', 'Host: x', `Authorization: Bearer ${TOKEN}`];
    assert.equal(
      (await sendRaw(open.port, lines, outside.address)).status,
      200,
      'with a token from anywhere',
    );
  }
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('overload: one capture at a time, the others are told when to come again', async (t) => {
  const { url, directory } = await serve(t, { token: TOKEN });
  const many = await Promise.all(
    Array.from({ length: 20 }, (_, i) => fetch(`${url}/${i % 2 ? '?stream=1' : ''}`, authorized())),
  );
  const statuses = many.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [200, ...Array(19).fill(429)]);
  for (const answer of many) {
    const body = await answer.text();
    if (answer.status === 200) continue;
    assert.equal(JSON.parse(body).error.code, 'ERR_HEAP_BUSY');
    assert.ok(Number(answer.headers.get('retry-after')) >= 1);
  }
  assert.equal(fs.readdirSync(directory).length, many[0].headers.get('content-disposition') ? 0 : 2);
  const analyses = await Promise.all(
    Array.from({ length: 4 }, () => fetch(`${url}/analyze?top=1`, authorized())),
  );
  assert.deepEqual(analyses.map(({ status }) => status).sort(), [200, 429, 429, 429]);
  await Promise.all(analyses.map((answer) => answer.arrayBuffer()));
});

test('overload: the cool-down, and a capture that does not fit', async (t) => {
  const { url } = await serve(t, { token: TOKEN, coolDownMs: 60_000 });
  const quick = await fetch(url, authorized());
  assert.equal(quick.status, 429, 'the tests before this one have just paused this process');
  const after = Number(quick.headers.get('retry-after'));
  assert.ok(after > 30 && after <= 60, `${after}`);
  const { error } = await quick.json();
  assert.ok(error.retryAfterMs > 30_000);

  const { memory } = ownIsolate;
  ownIsolate.memory = async () => ({ bytes: 1e6, limit: 64e6, where: '/sys/fs/cgroup' });
  t.after(() => (ownIsolate.memory = memory));
  const small = await serve(t, { token: TOKEN });
  for (const route of ['/', '/?stream=1', '/analyze', '/?redact=1']) {
    const refused = await fetch(`${small.url}${route}`, authorized());
    assert.equal(refused.status, 503, route);
    const { error: told } = await refused.json();
    assert.equal(told.code, 'ERR_HEAP_CAPTURE');
    assert.deepEqual(told.preflight.memory, { bytes: 1e6, limit: 64e6, where: '/sys/fs/cgroup' });
    assert.ok(told.preflight.memoryBytes > 1e6);
  }
  assert.deepEqual(fs.readdirSync(small.directory), []);
});

test('traversal: only ids that we issued mean anything', async (t) => {
  const { port, url, directory } = await serve(t, { token: TOKEN });
  const outside = path.join(path.dirname(directory), `secret-${path.basename(directory)}`);
  fs.writeFileSync(outside, 'secret');
  t.after(() => fs.rmSync(outside, { force: true }));
  const { id, path: file } = await (await fetch(url, authorized())).json();
  const name = path.basename(outside);
  for (const route of [
    `/../${name}`,
    `/..%2f${name}`,
    `/%2e%2e/${name}`,
    `/..%5c${name}`,
    `/${id}/../../${name}`,
    `/${id}%00`,
    `/${id}.heapsnapshot`,
    `/${id}.heapsnapshot.meta.json`,
    '/.',
    '/..',
    '/%2e',
    `/${'a'.repeat(65)}`,
    '/constructor',
    '/__proto__',
    `//${id}`,
    `/${id}/`,
    `/./${id}`,
    '/%',
    '/\\..\\x',
    `/${id}%2f..%2f${id}`,
    '/heap-20200101T000000000Z-1-0',
  ]) {
    for (const method of ['GET', 'DELETE']) {
      const lines = [`${method} ${route} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${TOKEN}`];
      const { status, body } = await sendRaw(port, lines);
      assert.equal(status, 404, `${method} ${route}`);
      assert.ok(body.length < 300 && !body.includes('secret'), body);
    }
  }
  assert.equal(fs.readFileSync(outside, 'utf8'), 'secret');
  assert.ok(fs.existsSync(file));
});

test(
  'symlinks and races: what only looks like ours is not handed out, and not deleted',
  { skip: !posix },
  async (t) => {
    const { url, directory } = await serve(t, { token: TOKEN });
    const { id, path: file } = await (await fetch(url, authorized())).json();
    const victim = path.join(temporaryDirectory(t), 'victim');
    fs.writeFileSync(victim, 'precious');
    const sidecar = fs
      .readFileSync(`${file}.meta.json`, 'utf8')
      .replace(/"sizeBytes": \d+/, '"sizeBytes": 8');
    const lures = {
      link: (name) => fs.symlinkSync(victim, name),
      directory: (name) => fs.mkdirSync(name),
      fifo: (name) => execFileSync('mkfifo', [name]),
    };
    let number = 0;
    for (const [kind, make] of Object.entries(lures)) {
      const lure = `heap-2020010${++number}T000000000Z-1-0`;
      make(path.join(directory, `${lure}.heapsnapshot`));
      fs.writeFileSync(path.join(directory, `${lure}.heapsnapshot.meta.json`), sidecar);
      for (const method of ['GET', 'DELETE']) {
        assert.equal(
          (await fetch(`${url}/${lure}`, { method, ...authorized() })).status,
          404,
          `${method} ${kind}`,
        );
      }
      assert.ok(fs.lstatSync(path.join(directory, `${lure}.heapsnapshot`)));
    }
    const plain = 'heap-20200109T000000000Z-1-0';
    fs.writeFileSync(path.join(directory, `${plain}.heapsnapshot`), 'without a sidecar of ours');
    assert.equal((await fetch(`${url}/${plain}`, authorized())).status, 404);
    const { snapshots } = await (await fetch(`${url}/list`, authorized())).json();
    assert.deepEqual(
      snapshots.map((one) => one.id),
      [id],
    );

    // Between the look and the opening.
    const stored = await findStored(directory, id);
    fs.unlinkSync(file);
    fs.symlinkSync(victim, file);
    await assert.rejects(openStored(stored), { code: 'ERR_HEAP_NOT_FOUND' });
    fs.unlinkSync(file);
    execFileSync('mkfifo', [file]);
    await assert.rejects(
      openStored(stored),
      { code: 'ERR_HEAP_NOT_FOUND' },
      'and without waiting for a writer',
    );
    assert.equal(fs.readFileSync(victim, 'utf8'), 'precious');
  },
);

test('secrets: for their owner alone, on disk and while they are written', { skip: !posix }, async (t) => {
  const { url, directory } = await serve(t, { token: TOKEN });
  const modes = new Set();
  const watcher = setInterval(() => {
    for (const name of fs.readdirSync(directory, { recursive: true })) {
      const stats = fs.lstatSync(path.join(directory, String(name)), { throwIfNoEntry: false });
      if (stats) modes.add((stats.mode & 0o777).toString(8));
    }
  }, 1);
  t.after(() => clearInterval(watcher));
  for (const route of ['/', '/?redact=1', '/?compress=zstd']) {
    const answer = await fetch(`${url}${route}`, authorized());
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  }
  for (const name of fs.readdirSync(directory))
    modes.add((fs.statSync(path.join(directory, name)).mode & 0o777).toString(8));
  assert.deepEqual([...modes].sort(), ['600', '700'], 'files and private directories');
});

/** Kept by name: text that a terminal or a page would take for more. */
const odd = Array.from({ length: 2000 }, () => ({
  'key\u009b31m\u202e<script>alert(1)</script>&\u2028\u007f': {},
}));

test('text of a heap arrives as text', async (t) => {
  const { url } = await serve(t, { token: TOKEN });
  const answer = await fetch(`${url}/analyze?top=10000`, authorized());
  const text = await answer.text();
  assert.match(answer.headers.get('content-type'), /^application\/json/);
  assert.match(answer.headers.get('content-security-policy'), /default-src 'none'/);
  assert.ok(text.includes('\\u009b31m\\u202e\\u003cscript\\u003ealert(1)'), 'it is there');
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e<>&]/);
  assert.ok(JSON.stringify(JSON.parse(text)).includes('<script>alert(1)'), 'and is the same when it is read');
  assert.equal(odd.length, 2000);
});

test('who goes away in the middle leaves nothing', async (t) => {
  const { url, directory } = await serve(t, { token: TOKEN });
  const gone = new AbortController();
  const answer = await fetch(`${url}/?stream=1`, { ...authorized(), signal: gone.signal });
  const reader = answer.body.getReader();
  await reader.read();
  gone.abort();
  await assert.rejects(reader.read());
  const descriptors = () =>
    fs.readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`).includes('heapsnapshot');
      } catch {
        return false;
      }
    });
  for (let i = 0; i < 100 && fs.existsSync('/proc/self/fd') && descriptors().length > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (fs.existsSync('/proc/self/fd')) assert.deepEqual(descriptors(), []);
  assert.deepEqual(fs.readdirSync(directory), []);
});
