'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { analyze } = require('../..');
const { runCli } = require('../helpers/run');
const { takeSeries, DECLARED_AT } = require('../helpers/series');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);
/** @type {string} */
let leaking;
/** @type {string} */
let healthy;

test.before(async () => {
  [, , leaking] = await takeSeries(directory, 'leaking');
  [, , healthy] = await takeSeries(directory, 'healthy');
});

test('nothing is said that was not asked for', async () => {
  const plain = await analyze(leaking);
  for (const name of ['findings', 'packages', 'modules', 'duplicateStrings', 'packageCount']) {
    assert.ok(!(name in plain), name);
  }
  const all = await analyze(leaking, { sections: 'all' });
  for (const [name, value] of Object.entries(plain)) assert.deepEqual(all[name], value);
});

test('a collection that fills is a hint: by its name, its line and its kind, and never as a leak', async () => {
  const { findings } = await analyze(leaking, { sections: ['hints'] });
  const [hint] = findings;
  assert.equal(findings.length, 1, JSON.stringify(findings.map(({ sentence }) => sentence)));
  assert.equal(hint.grade, 'hint');
  assert.equal(hint.pattern, 'global-cache');
  assert.equal(hint.holder.variable, 'sessions');
  assert.equal(hint.holder.place.line, DECLARED_AT);
  assert.equal(hint.entries.count, 1500);
  assert.equal(hint.entries.kind, 'Session');
  assert.ok(hint.bytes.retained > 100_000);
  assert.ok(hint.addedIn.place.line > DECLARED_AT);
  const place = `app\\.js:${DECLARED_AT}`;
  assert.match(
    hint.sentence,
    new RegExp(`^Map "sessions" in \\S*${place} has 1,500 entries of Session and keeps `),
  );
  assert.match(
    hint.sentence,
    /alive \(\d+% of the heap\), held by module scope; entries are added in login\(\)/,
  );
  assert.doesNotMatch(hint.sentence + hint.evidence.join(), / grew |leak(?!s)/);
});

test('its healthy twin gives no hint', async () => {
  const { findings } = await analyze(healthy, { sections: ['hints'] });
  assert.deepEqual(findings, []);
});

test('shallow sizes of packages and of files are the heap, and the program has its objects', async () => {
  const { packages, modules, packageCount, moduleCount, totals } = await analyze(leaking, {
    all: true,
    sections: ['packages'],
  });
  const sum = (/** @type {any[]} */ rows) => rows.reduce((total, row) => total + row.selfSize, 0);
  assert.equal(packages.length, packageCount);
  assert.equal(modules.length, moduleCount);
  assert.equal(sum(packages), totals.selfSize);
  assert.equal(sum(modules), totals.selfSize);
  const app = modules.find(({ name }) => name === path.join(directory, 'app.js'));
  assert.equal(app.package, '(application)');
  // 1,500 sessions of an object, an array and two strings.
  assert.ok(app.count > 4500 && app.retainedSize > 200_000, JSON.stringify(app));
  assert.deepEqual(packages.map(({ name }) => name).sort(), ['(Node.js)', '(application)', '(unknown)']);
  assert.ok(packages.every((row) => row.retainedSize >= row.selfSize));
});

test('equal strings are those that a naive count finds', async () => {
  const { duplicateStrings, duplicateStringCount } = await analyze(leaking, {
    top: 100_000,
    sections: ['duplicates'],
  });
  assert.equal(duplicateStrings.length, duplicateStringCount);
  const { nodes, strings, snapshot } = JSON.parse(fs.readFileSync(leaking, 'utf8'));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const at = (/** @type {string} */ name) => fields.indexOf(name);
  /** @type {Map<string, number[]>} */
  const expected = new Map();
  for (let node = 0; node < nodes.length; node += fields.length) {
    const text = strings[nodes[node + at('name')]];
    if (types[0][nodes[node + at('type')]] !== 'string' || text.length >= 1024) continue;
    const sizes = expected.get(text) ?? [];
    expected.set(text, sizes.concat(nodes[node + at('self_size')]));
  }
  const several = [...expected].filter(
    ([, sizes]) => sizes.length > 1 && sizes.filter((size) => size > 0).length > 1,
  );
  const whole = duplicateStrings.filter((/** @type {any} */ row) => !row.probable);
  assert.equal(whole.length, several.length);
  assert.ok(whole.length > 20);
  const rows = new Map(whole.map((/** @type {any} */ row) => [`${row.value}`, row]));
  for (const [text, sizes] of several) {
    if (text.length > 200) continue;
    const row = rows.get(text);
    assert.ok(row, text);
    assert.equal(row.count, sizes.length);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    assert.deepEqual([row.sizeBytes, row.wastedBytes], [Math.max(...sizes), bytes - Math.max(...sizes)]);
  }
});

test('two runs, one thread or several: the same to the last byte', async () => {
  const runs = [{}, {}, { threads: 1 }, { threads: 7 }];
  const answers = await Promise.all(
    runs.map(async (options) => JSON.stringify(await analyze(leaking, { sections: 'all', ...options }))),
  );
  for (const answer of answers) assert.ok(answer === answers[0]);
});

test('sections that do not exist are refused by name', async () => {
  const code = 'ERR_HEAP_USAGE';
  await assert.rejects(analyze(leaking, { sections: ['hint'] }), { code, message: /did you mean `hints`/ });
  for (const sections of ['hints', [1], {}]) {
    await assert.rejects(analyze(leaking, { sections }), { code: /^ERR_HEAP_/ });
  }
});

test('the command gives hints in the text unasked, the others when asked', async () => {
  const plain = await runCli(['analyze', leaking], { env: { COLUMNS: '100' } });
  assert.equal(plain.code, 0);
  assert.match(plain.stdout, /^Hints: what to look at first$/m);
  assert.match(plain.stdout, /^1\. Map "sessions" in /m);
  assert.match(plain.stdout, /find-leaks/);
  assert.doesNotMatch(plain.stdout, /Packages|Equal strings/);
  const all = await runCli(['analyze', leaking, '--sections', 'packages,duplicates'], {
    env: { COLUMNS: '100' },
  });
  assert.match(all.stdout, /^PACKAGE .*RETAINED$/m);
  assert.match(all.stdout, /^\(application\) /m);
  assert.match(all.stdout, /^Equal strings by bytes wasted/m);
  assert.doesNotMatch(all.stdout, /Hints/);
  for (const line of (plain.stdout + all.stdout).split('\n')) assert.ok([...line].length <= 100, line);
  const quiet = await runCli(['analyze', healthy]);
  assert.match(quiet.stdout, /^No hints: /m);
  const none = await runCli(['analyze', leaking, '--sections', 'none']);
  assert.doesNotMatch(none.stdout, /[Hh]ints/);
  const wrong = await runCli(['analyze', leaking, '--sections', 'leaks']);
  assert.equal(wrong.code, 2);
  const json = await runCli(['analyze', leaking, '--json', '--sections', 'all']);
  assert.equal(JSON.parse(json.stdout).findings.length, 1);
});
