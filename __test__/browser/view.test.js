'use strict';

/**
 * `heap-analyzer view`: nobody is let in but the browser with the link, every view shows what the engine says, and it ends
 * when it should.
 */

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');
const { inspectObject, openSnapshot } = require('../..');
const { make } = require('../../fixtures/make');
const { samplesOf } = require('../../lib/view/timeline');
const { openBrowser: openLink } = require('../../lib/view/open-browser');
const { needsChromium, openBrowser, openPage, seriousOf } = require('../helpers/browser');
const { executable, run, runCli } = require('../helpers/run');
const { sessionsText } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);
const small = path.join(directory, 'small.heapsnapshot');
fs.writeFileSync(small, sessionsText(50));

/**
 * The command as a person starts it.
 * @param {string[]} args
 * @returns {Promise<{ url: URL, child: import('node:child_process').ChildProcess, ended: Promise<number | null>, told(): string }>}
 */
function view(...args) {
  const child = spawn(process.execPath, [executable, 'view', '--no-open', ...args], {
    env: { ...process.env, ...(args.includes('--cache-dir') ? {} : { HEAP_ANALYZER_CACHE: 'off' }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      told += text;
      const link = /^http:\S+$/m.exec(told)?.[0];
      if (link) resolve({ url: new URL(link), child, ended, told: () => told });
    });
    ended.then(() => reject(new Error(`view ended: ${complaints}`)));
  });
}

/**
 * A request as anybody can make it, with whatever headers and path.
 * @param {URL} url
 * @param {string} target as it stands in the request
 * @param {{ headers?: Record<string, string>, method?: string }} [options]
 * @returns {Promise<{ status: number, headers: import('node:http').IncomingHttpHeaders, body: string }>}
 */
function knock({ port }, target, { headers = {}, method = 'GET' } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path: target, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    request.on('error', reject).end();
  });
}

test('lets in who has the link, once, and nobody else', async () => {
  const { url, child, ended } = await view(small);
  const link = `${url.pathname}${url.search}`;
  const secret = /Session|sessions/;
  for (const target of [
    '/',
    '/viewer.js',
    '/viewer.css',
    '/api/analysis/0',
    '/api/object/0/3',
    '/?token=wrong',
    '/?token=',
  ]) {
    const { status, body, headers } = await knock(url, target);
    assert.equal(status, 401, target);
    assert.doesNotMatch(body, secret);
    assert.equal(headers['set-cookie'], undefined);
  }
  // Before anything else: who it is for. A page whose name points to 127.0.0.1 says its name; another page says its origin.
  for (const headers of [
    { host: 'evil.example' },
    { host: `evil.example:${url.port}` },
    { host: '127.0.0.1' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    const { status, headers: given } = await knock(url, link, { headers });
    assert.equal(status, 403, JSON.stringify(headers));
    assert.equal(given['set-cookie'], undefined);
  }
  const entered = await knock(url, link);
  assert.equal(entered.status, 303);
  assert.equal(entered.headers.location, '/');
  const [cookie] = entered.headers['set-cookie'] ?? [];
  assert.match(cookie, /^heap-analyzer-\d+=[\w-]{32}; HttpOnly; SameSite=Strict; Path=\/$/);
  assert.equal((await knock(url, link)).status, 401, 'the link again');
  const pass = { cookie: cookie.split(';')[0] };
  assert.equal((await knock(url, '/', { headers: { cookie: `${pass.cookie.slice(0, -1)}_` } })).status, 401);

  const page = await knock(url, '/', { headers: pass });
  assert.equal(page.status, 200);
  for (const name of Object.keys(page.headers)) assert.doesNotMatch(name, /^access-control/);
  assert.match(page.headers['content-security-policy'] ?? '', /^default-src 'none'; script-src 'self'/);
  assert.equal(page.headers['cache-control'], 'no-store');
  assert.equal(page.headers['x-content-type-options'], 'nosniff');
  const answer = await knock(url, '/api/analysis/0', { headers: pass });
  assert.match(answer.body, secret);
  assert.equal(JSON.parse(answer.body).snapshots[0].nodeCount, 54);
  // With the cookie a stranger's page is a stranger's page all the same.
  for (const headers of [
    { origin: 'http://evil.example' },
    { host: 'evil.example' },
    { 'sec-fetch-site': 'cross-site' },
  ])
    assert.equal((await knock(url, '/api/analysis/0', { headers: { ...pass, ...headers } })).status, 403);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
    assert.equal((await knock(url, '/api/analysis/0', { method, headers: pass })).status, 405);

  for (const target of [
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/viewer/dist/viewer.js',
    '/api/../../etc/passwd',
    '/api/source/%2Fetc%2Fpasswd:1',
    '/api/sources/..%2f..',
    '/api/analysis/1',
    '/api/analysis/-1',
    '/api/analysis/0/1',
    '/api/analysis/__proto__',
    '/api/object/0/99',
    '/api/%E0%A4%A',
    '/api/',
    '//evil.example/',
    '/api/leaks',
  ]) {
    const { status, body } = await knock(url, target, { headers: pass });
    assert.equal(status, 404, `${target}: ${body}`);
    assert.doesNotMatch(body, /root:|"private"/);
  }
  assert.equal((await knock(url, '/api/object/0/x', { headers: pass })).status, 400);

  child.kill('SIGINT');
  assert.equal(await ended, 130);
});

test('ends when nothing was asked for so long, and says what is wrong with its files', async () => {
  const { ended } = await view(small, '--idle-timeout', '0.4s');
  assert.equal(await ended, 0);
  for (const [args, code, words] of [
    [['nothing.heapsnapshot'], 2, /cannot read nothing\.heapsnapshot/],
    [['-'], 2, /reads files/],
    [[directory], 2, /is a directory/],
    [[executable], 2, /snapshot/],
    [[small, '--idle-timeout', 'soon'], 2, /90s, 30m or 8h/],
    [[small, '--port', '70000'], 2, /0 to 65535/],
    [[], 2, /missing required argument/],
  ]) {
    const outcome = await runCli(['view', '--no-open', '--idle-timeout', '20s', ...args]);
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, words);
  }
});

test('the timeline says when what is alive was made', needsChromium, async () => {
  // 300 sessions, ids 101, 103, …: noted after the first 100, after 50 more, and at the end.
  const notes = '"samples":[0,300,1000000,400,\n2500000,9999],';
  for (const name of ['recorded.heaptimeline', 'recorded.heapsnapshot.gz']) {
    const text = sessionsText(300).replace('"samples":[],', notes);
    fs.writeFileSync(path.join(directory, name), name.endsWith('.gz') ? zlib.gzipSync(text) : text);
  }
  const recorded = path.join(directory, 'recorded.heaptimeline');
  assert.deepEqual(
    await samplesOf(`${recorded.replace('timeline', 'snapshot')}.gz`),
    await samplesOf(recorded),
  );
  assert.deepEqual(await samplesOf(small), []);
  const { url, child, ended } = await view(recorded);
  const browser = await openBrowser();
  try {
    const { page, trouble } = await openPage(browser);
    await page.goto(url.href);
    await page.getByRole('link', { name: 'Timeline' }).click();
    await page.waitForSelector('.timeline');
    assert.deepEqual(
      (await page.locator('.timeline li').allInnerTexts()).map((text) => text.trim()),
      ['until 1.00 s: 5.0 kB, 50 objects', 'until 2.50 s: 15.0 kB, 150 objects'],
    );
    // The global and the Map, whose table counts as its own, come before, and the first 100.
    assert.match(await page.locator('main').innerText(), /Before the recording: 10\.1 kB in 102 objects/);
    await page.locator('.timeline a').last().click();
    await page.waitForSelector('tbody tr');
    assert.match(await page.locator('tbody tr').innerText(), /Session\s+150\s+15\.0 kB/);
    assert.deepEqual(await seriousOf(page), []);
    assert.deepEqual(trouble, []);
  } finally {
    await browser.close();
    child.kill('SIGINT');
  }
  await ended;
});

test('opens no browser where nobody sits', async () => {
  assert.equal(await openLink('http://127.0.0.1/', { platform: 'linux', env: {} }), false);
});

test(
  'every view of a live heap: figures of the engine, references that unfold, nothing serious for axe',
  needsChromium,
  async () => {
    const files = ['a', 'b', 'c'].map((name) => path.join(directory, `${name}.heapsnapshot`));
    const taken = await run([path.join(__dirname, 'app.js'), ...files]);
    assert.equal(taken.code, 0, taken.stderr);
    const { url, child, ended } = await view(...files);
    const browser = await openBrowser();
    try {
      const { page, trouble, requests } = await openPage(browser);
      await page.goto(url.href);
      await page.waitForSelector('.verdict');
      assert.equal(new URL(page.url()).search, '', 'the token is out of sight');

      // From the verdict by the finding to its holder, and on to an entry of it.
      await page
        .getByRole('link', { name: /sessions/ })
        .first()
        .click();
      await page.waitForSelector('.line.marked');
      assert.match(await page.locator('.line.marked').first().innerText(), /sessions\.set\(/);
      assert.deepEqual(await seriousOf(page), []);
      await page.locator('.path-end a').click();
      await page.waitForSelector('.object-page');
      const id = Number(/object\/2\/(\d+)$/.exec(page.url())?.[1]);
      const told = await inspectObject(files[2], id);
      const words = (/** @type {string} */ text) => text.replaceAll(/\s+/g, ' ').trim();
      assert.equal(words(await page.locator('h1').innerText()), words(told.sentence));
      assert.deepEqual(await seriousOf(page), []);
      const refers = page.locator('section', { hasText: 'Refers to' }).first();
      await refers.getByRole('button', { name: /Unfold table/ }).click();
      const entry = refers.locator('.tree .tree .tree-row', { hasText: 'Session' }).first();
      await entry.waitFor();
      await entry.locator('.fold').click();
      await refers
        .locator('.tree .tree .tree .tree-row', { hasText: 'globalThis.attacked=1' })
        .first()
        .waitFor();
      await entry.locator('a').click();
      await page.waitForFunction((/** @type {number} */ from) => !location.hash.endsWith(`/${from}`), id);
      await page.locator('h1', { hasText: 'Session' }).waitFor();
      await page.goBack();
      await page.locator('h1', { hasText: 'sessions' }).waitFor();

      // An object by its id, and one that is not there.
      await page.keyboard.press('/');
      await page.keyboard.type(`@${id}`);
      await page.keyboard.press('Enter');
      await page.waitForSelector('.object-page');
      await page.goto(`${url.origin}/#/object/2/2`);
      assert.match(await page.locator('[role=alert]').innerText(), /@2|no object/);
      const refused = trouble.splice(0).filter((text) => !/404/.test(text));
      assert.deepEqual(refused, []);

      await page.goto(`${url.origin}/#/dominators`);
      await page.waitForSelector('.tree-row');
      assert.deepEqual(await seriousOf(page), []);
      const snapshot = await openSnapshot(files[2]);
      const heads = [...snapshot.root.dominated()].sort((a, b) => b.retainedSize - a.retainedSize);
      const first = await page.locator('.tree-row').first().innerText();
      assert.ok(first.includes(`@${heads[0].id}`), first);
      await page.locator('.tree-row .fold').first().click();
      await page.locator('.tree .tree .tree-row').first().waitFor();
      const below = [...heads[0].dominated()].sort((a, b) => b.retainedSize - a.retainedSize)[0];
      assert.ok((await page.locator('.tree .tree .tree-row').first().innerText()).includes(`@${below.id}`));
      snapshot.close();
      for (const place of [
        'comparison',
        'overview',
        'map',
        'classes',
        'biggest',
        'packages',
        'strings',
        'statistics',
      ]) {
        await page.goto(`${url.origin}/#/${place}`);
        await page.waitForSelector('main h1');
      }
      assert.equal(await page.evaluate('globalThis.attacked'), undefined);
      assert.deepEqual(trouble, []);
      assert.deepEqual(
        requests.filter((asked) => !asked.startsWith(url.origin) && asked !== 'data:,'),
        [],
      );
      child.kill('SIGINT');
      assert.equal(await ended, 130);
    } finally {
      await browser.close();
      child.kill();
    }
  },
);

/** Milliseconds from a change of place until the view stands there and was drawn. @param {any} page @param {string} place */
const timeOf = (page, place) =>
  page.evaluate(async (/** @type {string} */ hash) => {
    const began = performance.now();
    const drawn = () => new Promise((resolve) => void requestAnimationFrame(resolve));
    location.hash = hash;
    await drawn();
    do await drawn();
    while (!document.querySelector('main h1') || document.querySelector('main .waiting'));
    return performance.now() - began;
  }, place);

// Takes minutes to make, so it is for the long run alone.
if (process.env.HEAP_ANALYZER_FULL_TESTS === '1') {
  test(
    'a heap of 300 MB: shown within a second of its analysis, clicks within 200 ms',
    needsChromium,
    async () => {
      const file = await make({ program: 'sized', node: 22, args: ['--megabytes=320'] });
      const { url, child, ended } = await view(file, '--cache-dir', directory);
      const browser = await openBrowser();
      try {
        const { page, trouble } = await openPage(browser);
        let answered = 0;
        page.on('response', (/** @type {any} */ response) => {
          if (response.url().endsWith('/api/analysis/0'))
            response.finished().then(() => {
              answered = performance.now();
            });
        });
        await page.goto(url.href);
        await page.waitForSelector('main h1', { timeout: 100_000 });
        const picture = performance.now() - answered;
        assert.ok(picture < 1000, `${picture} ms`);
        // The tree is there when the heap is open; what comes after that is clicks.
        await timeOf(page, '#/dominators');
        // The least of three visits, and of different objects the middle one: others work on this machine too.
        for (const place of ['overview', 'map', 'classes', 'biggest', 'packages', 'strings', 'statistics']) {
          const times = [];
          for (let visit = 0; visit < 3; visit++) {
            times.push(await timeOf(page, `#/${place}`));
            await timeOf(page, '#/dominators');
          }
          assert.ok(Math.min(...times) < 200, `${place}: ${times}`);
        }
        const ids = await page.locator('.tree-row .object-id').allInnerTexts();
        const times = [];
        for (const id of ids.slice(0, 11)) times.push(await timeOf(page, `#/object/0/${id.slice(1)}`));
        assert.ok(times.sort((one, other) => one - other)[5] < 200, `objects: ${times}`);
        assert.deepEqual(trouble, []);
      } finally {
        await browser.close();
        child.kill('SIGINT');
      }
      await ended;
    },
  );
}
