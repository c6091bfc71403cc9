'use strict';

/**
 * Snapshots by HTTP endpoints: every kind of answer that is met, and every way in which one can be broken.
 */

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');
const { analyze, heapSnapshotHandler, estimateHeapSnapshotFrom, takeHeapSnapshotFrom } = require('../..');
const { readMeta } = require('../../lib/capture/meta');
const { sessionsText } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');
const { start } = require('./child');

const snapshot = Buffer.from(sessionsText(10));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * A server of this process for one test.
 * @param {http.RequestListener} listener
 */
async function serve(t, listener) {
  const asked = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url.split('?')[0]}`);
    listener(request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${server.address().port}/debug/heap`, asked };
}

const json = (response, body, status = 200) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
const fetchTo = (url, file, options) => takeHeapSnapshotFrom({ endpoint: url }, file, options);

test('the body is the snapshot: plain, packed on the way, packed for good', async (t) => {
  const directory = temporaryDirectory(t);
  const { url } = await serve(t, (request, response) => {
    if (request.url.includes('/encoded')) response.setHeader('content-encoding', 'gzip');
    response.end(/encoded|gzip/.test(request.url.split('?')[0]) ? zlib.gzipSync(snapshot) : snapshot);
  });
  for (const [route, name, compression] of [
    ['/plain', 'a.heapsnapshot'],
    ['/plain', 'b.heapsnapshot.gz', 'gzip'],
    ['/encoded', 'c.heapsnapshot'],
    ['/gzip', 'd.heapsnapshot'],
    ['/gzip', 'e.heapsnapshot.gz', 'gzip'],
    ['/gzip', 'f.heapsnapshot.zst', 'zstd'],
  ]) {
    const file = path.join(directory, name);
    const answer = await fetchTo(url + route, file);
    const bytes = fs.readFileSync(file);
    assert.equal(answer.compression, compression, name);
    assert.equal(answer.sha256, sha256(bytes));
    assert.equal(answer.nodeCount, 14);
    assert.deepEqual(answer.source, { kind: 'endpoint', target: url + route });
    assert.equal((await analyze(file)).snapshots[0].nodeCount, 14);
    if (!compression) assert.deepEqual(bytes, snapshot);
    assert.ok((await readMeta(file)).capturedAt);
  }
});

test('our own endpoint: the body, its facts, its estimate, its token', async (t) => {
  const directory = temporaryDirectory(t);
  const token = 'x'.repeat(40);
  const handler = heapSnapshotHandler({
    token,
    mount: '/debug/heap',
    directory: path.join(directory, 'app'),
  });
  const { url, asked } = await serve(t, handler);
  const file = path.join(directory, 'a.heapsnapshot');
  await assert.rejects(fetchTo(url, file), {
    code: 'ERR_HEAP_REMOTE',
    message: /answers with status 401: unauthorized/,
  });
  const answer = await fetchTo(url, file, { token });
  assert.ok(answer.pauseMs > 1);
  assert.equal(answer.meta.pid, process.pid);
  assert.ok(answer.meta.memoryUsage.rss > 1e6 && answer.meta.processKey);
  assert.equal(answer.nodeCount, JSON.parse(fs.readFileSync(file)).snapshot.node_count);
  // Nothing is left with the app.
  assert.ok(
    !fs.existsSync(path.join(directory, 'app')) || fs.readdirSync(path.join(directory, 'app')).length === 0,
  );
  assert.deepEqual(asked, ['POST /debug/heap', 'POST /debug/heap']);
  const { way, preflight } = await estimateHeapSnapshotFrom({ endpoint: url }, { token });
  assert.ok(way === 'endpoint' && preflight.nodes > 1000 && preflight.refusal === null);
});

test('JSON with an id: the file is downloaded, tried again, and its digest compared', async (t) => {
  const directory = temporaryDirectory(t);
  let broken = 2;
  let digest = sha256(snapshot);
  const { url, asked } = await serve(t, (request, response) => {
    if (request.method === 'POST') {
      const meta = { pid: 7, threadId: 0, nodeVersion: 'v20.0.0', junk: 1, memoryUsage: { rss: 'x' } };
      return json(
        response,
        { id: 'heap-1', snapshot: 'gone', size: 1, sha256: digest, pauseMs: 12, meta },
        201,
      );
    }
    if (broken-- > 0) return request.socket.destroy();
    response.end(snapshot);
  });
  const answer = await fetchTo(url, path.join(directory, 'a'));
  assert.deepEqual([answer.pauseMs, answer.meta.pid, answer.meta.nodeVersion], [12, 7, 'v20.0.0']);
  assert.equal(answer.meta.junk, undefined);
  assert.deepEqual(asked, ['POST /debug/heap', ...Array.from({ length: 3 }, () => 'GET /debug/heap/heap-1')]);
  digest = sha256('another');
  await assert.rejects(fetchTo(url, path.join(directory, 'b')), {
    code: 'ERR_HEAP_REMOTE',
    message: /is not what was sent: SHA-256/,
  });
  assert.deepEqual(fs.readdirSync(directory), ['a', 'a.meta.json']);
});

/** The guide's third method, without Express around it. */
const GUIDE = `
  const http = require('node:http');
  http.createServer((req, res) => {
    if (req.method !== 'GET') { res.statusCode = 404; return res.end('Cannot ' + req.method); }
    const filename = 'heap-' + Date.now() + '.heapsnapshot';
    require('v8').writeHeapSnapshot(filename);
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ snapshot: filename, size: require('fs').statSync(filename).size }));
  }).listen(0, '127.0.0.1', function () { console.log('ready', this.address().port); });`;

test(
  'the plain JSON of the guide: the file is copied when it is on this machine',
  { skip: process.platform !== 'linux' && 'no /proc' },
  async (t) => {
    const [app, directory] = [temporaryDirectory(t), temporaryDirectory(t)];
    const running = await start(t, ['-e', GUIDE], { cwd: app });
    const port = /ready (\d+)/.exec(running.stdout)[1];
    const file = path.join(directory, 'baseline.heapsnapshot');
    const answer = await fetchTo(`http://localhost:${port}/debug/heap-snapshot`, file);
    assert.equal(answer.pauseMs, undefined);
    assert.equal((await analyze(file)).snapshots[0].nodeCount, answer.nodeCount);
    // The app keeps its own.
    assert.equal(fs.readdirSync(app).length, 1);
    assert.deepEqual(fs.readFileSync(path.join(app, fs.readdirSync(app)[0])), fs.readFileSync(file));
  },
);

test('JSON that names what cannot be reached, or is not the one that was taken, is explained', async (t) => {
  const directory = temporaryDirectory(t);
  const old = path.join(directory, 'old');
  fs.writeFileSync(old, snapshot);
  const before = new Date(Date.now() - 60_000);
  fs.utimesSync(old, before, before);
  const wrong = path.join(directory, 'wrong');
  const { url } = await serve(t, (request, response) => {
    fs.writeFileSync(wrong, snapshot);
    const named = new URL(request.url, 'http://x').pathname.split('/').at(-1);
    json(response, { snapshot: named === 'gone' ? '/nowhere/x' : path.join(directory, named), size: 5 });
  });
  for (const name of ['gone', 'old', 'wrong']) {
    await assert.rejects(fetchTo(`${url}/${name}`, path.join(directory, 'a')), {
      code: 'ERR_HEAP_REMOTE',
      message: /^the app wrote .* on its own disk, where it cannot be reached from here: copy it by hand/,
    });
  }
  assert.ok(!fs.existsSync(path.join(directory, 'a')));
});

test('answers that are no snapshot: an error that says what came, and nothing left', async (t) => {
  const directory = temporaryDirectory(t);
  const cut = snapshot.subarray(0, 300);
  const answers = {
    '/page': (response) => response.end('<html>Hello'),
    '/empty': (response) => response.end(),
    '/cut': (response) => response.end(cut),
    '/early': (response) => {
      response.writeHead(200, { 'content-length': snapshot.length });
      response.write(cut);
      setTimeout(() => response.destroy(), 20);
    },
    '/digest': (response) => {
      response.setHeader('x-heap-snapshot-sha256', sha256('another'));
      response.end(snapshot);
    },
    '/encoding': (response) => {
      response.setHeader('content-encoding', 'rot13');
      response.end(snapshot);
    },
    '/gz': (response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(zlib.gzipSync(snapshot).subarray(0, 100));
    },
    '/moved': (response) => response.writeHead(302, { location: 'http://evil.example/' }).end(),
    '/error': (response) => json(response, { error: { message: 'no memory for it' } }, 503),
    '/missing': (response) => response.writeHead(404).end('no'),
    '/silent': () => {},
    '/bomb': (response) => response.end(zlib.gzipSync(Buffer.alloc(200 << 20))),
  };
  const { url, asked } = await serve(t, (request, response) =>
    answers[request.url.split('?')[0].replace('/debug/heap', '')](response),
  );
  for (const [route, message] of [
    ['/page', /is no whole snapshot/],
    ['/empty', /is no whole snapshot: .*empty/],
    ['/cut', /is no whole snapshot/],
    ['/early', /did not come whole/],
    ['/digest', /is not what was sent/],
    ['/encoding', /answers in rot13/],
    ['/gz', /did not come whole/],
    ['/moved', /status 302: it sends us to http:\/\/evil\.example\/, which is not followed/],
    ['/error', /status 503: no memory for it/],
    ['/missing', /status 404: there is no such endpoint/],
    ['/silent', /does not answer: nothing came for 0\.3 s/],
  ]) {
    const options = route === '/silent' ? { timeoutMs: 300 } : {};
    await assert.rejects(fetchTo(url + route, path.join(directory, 'a'), options), (error) => {
      assert.equal(error.code, 'ERR_HEAP_REMOTE', `${route}: ${error.stack}`);
      assert.match(error.message, message, route);
      return true;
    });
  }
  await assert.rejects(fetchTo(`${url}/bomb`, path.join(directory, 'a')), { code: 'ERR_HEAP_TOO_LARGE' });
  assert.deepEqual(fs.readdirSync(directory), []);
  // A snapshot may have been taken: nothing of that was asked twice.
  const posts = asked.filter((line) => line.startsWith('POST'));
  assert.equal(new Set(posts).size, posts.length);
});

test('tried again only where nothing was done: nobody listens, or the app is busy', async (t) => {
  const directory = temporaryDirectory(t);
  let busy = 1;
  const { url, asked } = await serve(t, (request, response) => {
    if (busy-- > 0) response.writeHead(429, { 'retry-after': '1' }).end();
    else response.end(snapshot);
  });
  await fetchTo(url, path.join(directory, 'a'));
  assert.deepEqual(asked, ['POST /debug/heap', 'POST /debug/heap']);
  busy = 1;
  await assert.rejects(fetchTo(url, path.join(directory, 'b'), { timeoutMs: 500 }), {
    message: /status 429/,
  });
  const started = performance.now();
  await assert.rejects(fetchTo('http://127.0.0.1:1/', path.join(directory, 'b')), {
    message: /nobody listens there/,
  });
  assert.ok(performance.now() - started > 1000);
});

test('given up in the middle: its reason, and nothing left', async (t) => {
  const directory = temporaryDirectory(t);
  const { url } = await serve(t, (request, response) => response.write(snapshot.subarray(0, 100)));
  const controller = new AbortController();
  const reason = new Error('enough');
  setTimeout(() => controller.abort(reason), 100);
  await assert.rejects(fetchTo(url, path.join(directory, 'a'), { signal: controller.signal }), reason);
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('secrets of the URL are not told, and what is wrong is refused before anybody is asked', async (t) => {
  const directory = temporaryDirectory(t);
  const { url, asked } = await serve(t, (request, response) => response.end(snapshot));
  const secret = url.replace('http://', 'http://me:hidden@');
  const answer = await fetchTo(`${secret}?key=hidden`, path.join(directory, 'a'));
  assert.ok(!JSON.stringify(answer).includes('hidden'));
  assert.ok(!fs.readFileSync(path.join(directory, 'a.meta.json'), 'utf8').includes('hidden'));
  await assert.rejects(fetchTo(url, path.join(directory, 'a')), { code: 'ERR_HEAP_EXISTS' });
  for (const target of [
    {},
    null,
    { endpoint: 'ftp://x' },
    { endpoint: 'x' },
    { pid: 0 },
    { endpoint: url, pid: 1 },
  ]) {
    await assert.rejects(takeHeapSnapshotFrom(target, path.join(directory, 'b')), { code: 'ERR_HEAP_USAGE' });
  }
  await assert.rejects(fetchTo(url, path.join(directory, 'b'), { allowInspector: true }), {
    message: 'takeHeapSnapshotFrom() has no use for the option `allowInspector` with { endpoint }',
  });
  assert.equal(asked.length, 1);
});
