'use strict';

/**
 * `--report`: a page that asks nothing of any network, shows what the command line says, keeps text from a heap text, and
 * can be read by everybody.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { pathToFileURL } = require('node:url');
const { needsChromium, openBrowser, openPage, seriousOf } = require('../helpers/browser');
const { root, run, runCli } = require('../helpers/run');
const { snapshotText } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);
const app = path.join(__dirname, 'app.js');
const snapshots = ['a', 'b', 'c'].map((name) => path.join(directory, `${name}.heapsnapshot`));
/** A heap as nobody's V8 writes it: a class, a property, a variable and a string that would be markup. */
const hostile = path.join(directory, 'hostile.heapsnapshot');
const ATTACK =
  '</script><script>globalThis.attacked=1</script><img src=x onerror="globalThis.attacked=1">\u202e\u0007';
fs.writeFileSync(
  hostile,
  snapshotText([
    { type: 'synthetic', name: '', id: 1, edges: [{ type: 'element', name: 1, to: 1 }] },
    { name: 'global', id: 3, size: 40, edges: [2, 3, 4, 5].map((to) => ({ name: `${ATTACK}${to}`, to })) },
    { name: ATTACK, id: 5, size: 5000, edges: [] },
    { type: 'string', name: ATTACK, id: 7, size: 4000 },
    { type: 'string', name: ATTACK, id: 9, size: 4000 },
    { type: 'native', name: ATTACK, id: 11, size: 3000 },
  ]),
);
const [leaks, comparison, analysis, attack] = ['leaks', 'comparison', 'analysis', 'attack'].map((name) =>
  path.join(directory, `${name}.html`),
);
const LINE = fs
  .readFileSync(app, 'utf8')
  .split('\n')
  .findIndex((line) => line.includes('sessions.set('));

/** All looks of all views, and not only of some. */
const full = process.env.HEAP_ANALYZER_FULL_TESTS === '1';
/** @type {any} */
let browser;
/** @type {Record<string, string>} what the commands printed */
const printed = {};

test.before(async () => {
  const taken = await run([app, ...snapshots]);
  assert.equal(taken.code, 0, taken.stderr);
  for (const [name, code, args] of [
    ['leaks', 1, ['find-leaks', '--snapshots', ...snapshots, '--report', leaks]],
    ['comparison', 0, ['compare', snapshots[0], snapshots[2], '--report', comparison]],
    ['analysis', 0, ['analyze', snapshots[2], '--report', analysis]],
    ['attack', 0, ['analyze', hostile, '--report', attack]],
  ]) {
    const outcome = await runCli(args);
    assert.equal(outcome.code, code, outcome.stderr);
    printed[name] = outcome.stdout;
  }
  if (!needsChromium.skip) browser = await openBrowser();
});
test.after(() => browser?.close());

/** @param {string} file @param {string} [place] */
const urlOf = (file, place = '') => `${pathToFileURL(file)}#/${place}`;

test('is one private file without a reference to anywhere, and its answers are data', () => {
  for (const file of [leaks, comparison, analysis, attack]) {
    if (process.platform !== 'win32') assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    const html = fs.readFileSync(file, 'utf8');
    const data = /<script type="application\/json" id="page">(.*)<\/script>\n<script>/.exec(html)?.[1] ?? '';
    assert.ok(html.length - data.length < 2e6, `${html.length - data.length} bytes beside the data`);
    assert.doesNotMatch(data, /[<>&\u2028\u2029]/);
    assert.ok(JSON.stringify(JSON.parse(data)).includes('globalThis.attacked=1'));
    assert.match(html, /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/);
    assert.doesNotMatch(html.slice(0, html.indexOf('<style>')), /https?:/);
    assert.equal(html.match(/<script/g)?.length, 2);
  }
  assert.deepEqual(
    fs.readdirSync(directory).filter((name) => name.startsWith('.')),
    [],
  );
});

test('prints what it prints without a report', async () => {
  const asked = [
    ['find-leaks', '--snapshots', ...snapshots],
    ['compare', snapshots[0], snapshots[2]],
    ['analyze', snapshots[2]],
  ];
  for (const args of asked) {
    const again = ['--report', path.join(directory, 'again.html')];
    assert.equal(
      (await runCli([...args, '--json', ...again])).stdout,
      (await runCli([...args, '--json'])).stdout,
    );
  }
  assert.equal((await runCli(['analyze', snapshots[2]])).stdout, printed.analysis);
});

test('is refused before the work where it cannot be written', async () => {
  const missing = path.join(directory, 'nowhere', 'out.html');
  for (const [file, code] of [
    [missing, 'ERR_HEAP_NOT_FOUND'],
    [path.join(directory, 'out.xyz'), 'ERR_HEAP_USAGE'],
    [fs.mkdtempSync(path.join(directory, 'is-')) + '/../', 'ERR_HEAP_USAGE'],
  ]) {
    const outcome = await runCli(['analyze', snapshots[0], '--json', '--report', file]);
    assert.equal(outcome.code, 2);
    assert.equal(JSON.parse(outcome.stdout).error.code, code);
  }
});

const VIEWS = ['overview', 'map', 'classes', 'biggest', 'packages', 'strings', 'statistics'];

test(
  'every view: no error, no breach, no request; nothing serious for axe, light, dark and narrow',
  needsChromium,
  async () => {
    const narrow = { colorScheme: 'light', viewport: { width: 400, height: 800 } };
    const everywhere = [
      ...['verdict', 'comparison', ...VIEWS].map((view) => [leaks, view]),
      [analysis, 'finding/hint-1'],
    ];
    const some = everywhere.filter(([, view]) => /comparison|map|finding/.test(view));
    for (const [look, places] of [
      [{ colorScheme: 'light' }, everywhere],
      [{ colorScheme: 'dark' }, full ? everywhere : some],
      [narrow, full ? everywhere : some],
    ]) {
      const { page, trouble, requests } = await openPage(browser, look);
      for (const [file, view] of places) {
        await page.goto(urlOf(file, view));
        await page.waitForSelector('main h1');
        assert.deepEqual(await seriousOf(page), [], `${view} ${JSON.stringify(look)}`);
        // Made of the heap's text: none. Scripts: the data and ours.
        assert.equal(await page.evaluate(() => document.scripts.length), 2, view);
        assert.equal(await page.locator('img, iframe, object, embed, link[rel=stylesheet]').count(), 0, view);
        assert.equal(await page.evaluate('globalThis.attacked'), undefined, view);
        // Wider than the window only inside of what scrolls by itself.
        assert.ok(
          await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
          `${view} is too wide`,
        );
      }
      assert.deepEqual(trouble, []);
      assert.deepEqual(
        requests.filter((url) => !url.startsWith('file:') && url !== 'data:,'),
        [],
      );
      await page.close();
    }
  },
);

test('text from the heap is shown as it is, without what turns it around', needsChromium, async () => {
  const { page, trouble } = await openPage(browser);
  const shown = [];
  for (const view of VIEWS) {
    await page.goto(urlOf(attack, view));
    await page.waitForSelector('main h1');
    for (const closed of await page.locator('details:not([open]) > summary').all()) await closed.click();
    const text = await page.locator('body').innerText();
    if (text.includes('</script><script>globalThis.attacked=1</script><img')) shown.push(view);
    assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/, view);
    assert.equal(await page.evaluate(() => document.scripts.length), 2, view);
    assert.equal(await page.locator('img').count(), 0, view);
    assert.equal(await page.evaluate('globalThis.attacked'), undefined, view);
  }
  assert.deepEqual(shown, ['overview', 'map', 'classes', 'strings']);
  assert.deepEqual(trouble, []);
  await page.close();
});

test('figures are those of the command line', needsChromium, async () => {
  const { page } = await openPage(browser);
  await page.goto(urlOf(leaks));
  assert.equal(await page.locator('h1').innerText(), printed.leaks.split('\n')[0]);
  await page.goto(urlOf(analysis, 'classes'));
  const rows = await page.locator('tbody tr').allInnerTexts();
  const lines = printed.analysis.split('\n');
  const first = lines.findIndex((line) => line.startsWith('CLASS')) + 1;
  for (const [index, row] of rows.slice(0, 10).entries()) {
    const [name, , count, shallow, retained] = row.split('\t');
    const figures = [count, shallow, retained].map((text) => text.trim()).join(' ');
    const line = lines[first + index].replace(/ +/g, ' ');
    assert.ok(line.includes(figures), `${name}: ${figures} in ${line}`);
  }
  await page.goto(urlOf(comparison, 'comparison'));
  const delta = /^Heap in all .* (\S+ \S+)$/m.exec(printed.comparison)?.[1];
  assert.equal((await page.locator('.delta').first().innerText()).trim(), delta);
  await page.close();
});

test('from the report to the leaking line: two clicks', needsChromium, async () => {
  const { page } = await openPage(browser);
  await page.goto(urlOf(leaks));
  await page
    .getByRole('link', { name: /sessions/ })
    .first()
    .click();
  const marked = page.locator('.line.marked', { hasText: 'added here' });
  assert.match(await marked.innerText(), new RegExp(`${LINE + 1}[^]*sessions\\.set\\(`));
  assert.match(page.url(), /#\/finding\/global-cache-/);
  // The browser's way back and forth, and a link to the view, lead where they should.
  await page.goBack();
  await page.waitForSelector('.verdict');
  await page.goForward();
  await page.waitForSelector('.line.marked');
  await page.reload();
  await page.waitForSelector('.line.marked');
  assert.match(await page.locator('.chart-canvas').first().getAttribute('aria-label'), /400.*800.*1,200/);
  await page.close();
});

test('by keyboard alone: search, filter, sort, map, theme', needsChromium, async () => {
  const { page, trouble } = await openPage(browser);
  await page.goto(urlOf(leaks));
  await page.waitForSelector('main h1');
  await page.keyboard.press('/');
  await page.keyboard.type('Session');
  await page.waitForSelector('[role=option]');
  const first = await page.locator('[role=option]').first().innerText();
  assert.match(first, /Session/);
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    () => location.hash.startsWith('#/classes') || location.hash.startsWith('#/finding'),
  );
  await page.goto(urlOf(leaks, 'classes'));
  await page.locator('#filter').focus();
  await page.keyboard.type('ession');
  await page.waitForFunction(() => location.hash.includes('q=ession'));
  const names = await page.locator('tbody tr td:first-child').allInnerTexts();
  assert.ok(names.length > 0 && names.every((name) => name.includes('ession')), names.join());
  await page.getByRole('button', { name: 'Count' }).focus();
  await page.keyboard.press('Enter');
  assert.equal(
    await page
      .locator('th[aria-sort]')
      .innerText()
      .then((text) => text.slice(0, 5)),
    'Count',
  );
  await page.goto(urlOf(leaks, 'map'));
  await page.locator('.box').first().focus();
  await page.keyboard.press('ArrowRight');
  assert.match(await page.evaluate(() => document.activeElement?.textContent), /^file /);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.hash.split('/').length === 4);
  await page.getByRole('button', { name: /dark and light/ }).focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  assert.deepEqual(trouble, []);
  await page.close();
});

test('the boxes of the map add up to the heap', needsChromium, async () => {
  const html = fs.readFileSync(analysis, 'utf8');
  const data = JSON.parse(/id="page">(.*)<\/script>\n/.exec(html)?.[1] ?? '');
  const { map, statistics, packages } = data.answers['analysis/0'];
  assert.equal(map.size, statistics.total);
  for (const box of map.children) {
    const row = packages.find(({ name }) => name === box.name);
    if (row) assert.equal(box.size, row.selfSize, box.name);
  }
});

test('no view makes markup of text', () => {
  const folder = path.join(root, 'viewer', 'src');
  for (const file of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.jsx?$/.test(file)) continue;
    const source = fs.readFileSync(path.join(folder, file), 'utf8');
    assert.doesNotMatch(
      source,
      /innerHTML|outerHTML|dangerouslySet|insertAdjacent|document\.write|createContextualFragment|\beval\(|new Function|srcdoc|setAttribute/,
      file,
    );
  }
});
