// The same snapshots give the same answer, byte for byte: in every run, with any number of threads, on every Node,
// however the file is laid out or packed. And the same leak has the same fingerprint, whichever Node runs the app,
// wherever it stands, and whatever else is edited in it: people commit fingerprints.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');
const { findLeaks } = require('../..');
const { majors, nodeBinary } = require('../../fixtures/nodes');
const { run, runCli, runSource } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);

/** Leaks of several kinds, and something that only turns over. */
const APP = `'use strict';
const { EventEmitter } = require('node:events');
const v8 = require('node:v8');

const sessions = new Map();
const bus = new EventEmitter().setMaxListeners(0);
const stats = { requests: [] };
const recent = [];

class Session {
  constructor(user) {
    this.user = user;
    this.visits = [user];
  }
}

function login(user) {
  sessions.set(user, new Session(user));
}

function subscribe(user) {
  const seen = { user, at: [user] };
  bus.on('change', () => seen);
}

let number = 0;
function request() {
  const user = 'user-' + number++;
  login(user);
  subscribe(user);
  stats.requests.push({ number, user });
  setTimeout(() => user, 1e8).unref();
  if (recent.push({ user }) > 50) recent.shift();
}

for (const file of process.argv.slice(2)) {
  for (let i = 0; i < 300; i++) request();
  v8.writeHeapSnapshot(file);
}
`;

/**
 * @param {string} folder below the directory of this file
 * @param {{ code?: string, command?: string }} [options]
 * @returns {Promise<string[]>} three snapshots of the app
 */
async function take(folder, { code = APP, command } = {}) {
  const home = path.join(directory, folder);
  fs.mkdirSync(home, { recursive: true });
  const app = path.join(home, 'app.js');
  fs.writeFileSync(app, code);
  const files = ['a', 'b', 'c'].map((name) => path.join(home, `${name}.heapsnapshot`));
  const { code: exit, stderr } = await run([app, ...files], { cwd: home, command });
  assert.equal(exit, 0, stderr);
  return files;
}

/** @type {string[]} */
let series;
/** @type {string} */
let expected;
const everything = { traceAllObjects: true };

test.before(async () => {
  series = await take('app');
  const answer = await findLeaks({ snapshots: series }, everything);
  assert.equal(answer.verdict, 'leak');
  assert.ok(answer.findings.length >= 4, 'there is something to put in order');
  expected = JSON.stringify(answer);
});

/** An answer without what depends on how the files are called and packed. */
function withoutFiles(text) {
  const { snapshots, ...rest } = JSON.parse(text);
  return JSON.stringify([snapshots.map(({ path: _path, sizeBytes: _size, ...counts }) => counts), rest]);
}

test('twice, and with any number of threads', async () => {
  for (const threads of [undefined, 1, 2, 8]) {
    const answer = await findLeaks({ snapshots: series }, { ...everything, threads });
    assert.equal(JSON.stringify(answer), expected, `threads: ${threads}`);
  }
});

for (const major of majors()) {
  test(`with Node ${major} as the host`, { timeout: 120_000 }, async () => {
    const source = `const { findLeaks } = require(root);
      findLeaks({ snapshots: ${JSON.stringify(series)} }, { traceAllObjects: true })
        .then((answer) => process.stdout.write(JSON.stringify(answer)));`;
    const { code, stdout, stderr } = await runSource(source, { command: await nodeBinary(major) });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, expected);
  });
}

test('with the keys of the file in another order', async () => {
  const first = (/** @type {string[]} */ keys, /** @type {string[]} */ order) => [
    ...order,
    ...keys.filter((key) => !order.includes(key)),
  ];
  const orders = {
    reversed: (keys) => [...keys].reverse(),
    sorted: (keys) => [...keys].sort(),
    'strings first': (keys) => first(keys, ['strings']),
    'edges before nodes': (keys) => first(keys, ['snapshot', 'edges', 'nodes']),
    'meta last': (keys) => [...first(keys, ['snapshot']).slice(1), 'snapshot'],
  };
  for (const [name, order] of Object.entries(orders)) {
    const folder = path.join(directory, name);
    fs.mkdirSync(folder);
    const snapshots = series.map((file) => {
      const heap = JSON.parse(fs.readFileSync(file, 'utf8'));
      const keys = order(Object.keys(heap));
      assert.notDeepEqual(keys, Object.keys(heap));
      const copy = path.join(folder, path.basename(file));
      fs.writeFileSync(copy, JSON.stringify(Object.fromEntries(keys.map((key) => [key, heap[key]]))));
      return copy;
    });
    const answer = JSON.stringify(await findLeaks({ snapshots }, everything));
    assert.equal(withoutFiles(answer), withoutFiles(expected), name);
    fs.rmSync(folder, { recursive: true });
  }
});

test('packed, by gzip or zstd', async () => {
  const [a, b, c] = series;
  fs.writeFileSync(`${a}.gz`, zlib.gzipSync(fs.readFileSync(a)));
  // Not every Node can pack by zstd itself.
  const pack = `const { readFileSync, writeFileSync } = require('node:fs');
    const file = ${JSON.stringify(b)};
    writeFileSync(file + '.zst', require('node:zlib').zstdCompressSync(readFileSync(file)));`;
  const { code, stderr } = await runSource(pack, { command: await nodeBinary(24) });
  assert.equal(code, 0, stderr);
  const answer = JSON.stringify(await findLeaks({ snapshots: [`${a}.gz`, `${b}.zst`, c] }, everything));
  assert.equal(withoutFiles(answer), withoutFiles(expected));
});

/** What each leak is called, in the order of their names: how much each costs differs between versions of V8. */
async function fingerprints(snapshots) {
  const { findings } = await findLeaks({ snapshots });
  const leaks = findings.filter(({ grade }) => grade === 'leak');
  return leaks.map(({ fingerprint, holder }) => `${holder.variable}: ${fingerprint}`).sort();
}

test('a fingerprint is the same on every Node', { timeout: 120_000 }, async () => {
  const known = await fingerprints(series);
  assert.deepEqual(
    known.map((text) => text.split(':')[0]),
    ['bus._events.change', 'sessions', 'stats.requests', 'timerListMap[100000000]'],
  );
  for (const major of majors()) {
    const snapshots = await take(`node${major}`, { command: await nodeBinary(major) });
    assert.deepEqual(await fingerprints(snapshots), known, `Node ${major}`);
  }
});

test('a fingerprint is the same after an unrelated edit, and in another directory', async () => {
  const added =
    '// A comment.\nconst startedAt = Date.now();\nfunction uptime() {\n  return Date.now() - startedAt;\n}\n';
  const edited = APP.replace(`'use strict';\n`, `'use strict';\n${added}`).replace(
    'Session(user)',
    'Session(user, uptime)',
  );
  assert.notEqual(edited, APP);
  const moved = await take(path.join('elsewhere', 'releases', '42'), { code: edited });
  const [before, after] = [JSON.parse(expected), await findLeaks({ snapshots: moved })];
  const lineOf = ({ findings }) =>
    findings.find(({ holder }) => holder.variable === 'sessions').holder.place.line;
  assert.equal(lineOf(after), lineOf(before) + added.split('\n').length - 1);
  assert.deepEqual(await fingerprints(moved), await fingerprints(series));
});

test('the wrong order: one sentence, and no verdict', async () => {
  const [a, b, c] = series;
  for (const snapshots of [
    [b, a],
    [c, b, a],
    [a, c, b],
    [c, a, b],
    [b, c, a],
  ]) {
    const { conclusive, findings, warnings } = await findLeaks({ snapshots });
    assert.deepEqual([conclusive, findings.length, warnings.length], [false, 0, 1]);
    const { code, stdout } = await runCli(['find-leaks', '--snapshots', ...snapshots]);
    assert.equal(code, 2);
    assert.match(
      stdout.replace(/\s+/g, ' '),
      /^No verdict: the snapshots are not in the order they were taken\b[^.]*\. $/,
    );
  }
});

test('one file twice, whatever it is called: refused in one sentence', async () => {
  const [a, , c] = series;
  const link = path.join(directory, 'link.heapsnapshot');
  fs.linkSync(a, link);
  const roundabout = path.join(directory, 'app', '..', 'app', path.basename(a));
  for (const twin of [a, link, roundabout]) {
    const { code, stdout, stderr } = await runCli(['find-leaks', '--snapshots', a, c, twin]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^heap-analyzer: snapshots 1 and 3 are one and the same \([^\n]*\): [^\n]*\n$/);
  }
});
