'use strict';

/**
 * `--report` of three commands, as a user types it.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { runCli } = require('../helpers/run');
const { sessionsText } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);
for (const [name, sessions] of [
  ['a', 100],
  ['b', 400],
  ['c', 800],
])
  fs.writeFileSync(path.join(directory, `${name}.heapsnapshot`), sessionsText(sessions));
const [a, b, c] = ['a', 'b', 'c'].map((name) => `${name}.heapsnapshot`);

const inDirectory = (...args) => runCli([...args, '--no-cache'], { cwd: directory });
const read = (name) => fs.readFileSync(path.join(directory, name), 'utf8');

test('each command writes what it says, for its owner only, and nothing else; the answer is printed as ever', async () => {
  for (const [args, code, title] of [
    [['analyze', c], 0, /^## A heap of 80\.1 kB\n/],
    [['compare', a, c], 0, /^## The heap changed by \+70\.0 kB\n/],
    [['find-leaks', '--snapshots', a, b, c], 1, /^## Leak: 1 leak over 3 snapshots\n\n### 1\. Map /],
  ]) {
    const plain = await inDirectory(...args);
    const before = fs.readdirSync(directory);
    const outcome = await inDirectory(...args, '--report', 'out.md', '--report=again.MD');
    assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [code, plain.stdout, '']);
    assert.match(read('out.md'), title);
    assert.equal(read('again.MD'), read('out.md'));
    if (process.platform !== 'win32')
      assert.equal(fs.statSync(path.join(directory, 'out.md')).mode & 0o777, 0o600);
    const made = fs.readdirSync(directory).filter((name) => !before.includes(name));
    assert.deepEqual(
      made.filter((name) => !/^(out\.md|again\.MD)$/.test(name)),
      [],
    );
  }
});

test('with --json there is one document on stdout and the report beside it', async () => {
  const { code, stdout } = await inDirectory(
    'find-leaks',
    '--snapshots',
    a,
    b,
    c,
    '--json',
    '--top',
    '0',
    '--report',
    'j.md',
  );
  assert.equal(code, 1);
  assert.deepEqual(JSON.parse(stdout).findings, []);
  assert.match(read('j.md'), /### 1\. Map /);
});

test('accepted leaks and wrong orders are told in the report too', async () => {
  await inDirectory('find-leaks', '--snapshots', a, b, c, '--update-ignore', 'accepted.json');
  const known = await inDirectory(
    'find-leaks',
    '--snapshots',
    a,
    b,
    c,
    '--ignore',
    'accepted.json',
    '--report',
    'known.md',
  );
  assert.equal(known.code, 0);
  assert.match(
    read('known.md'),
    /^## Clean: 1 known over 3 snapshots\n[^]*\*\*Grade\*\*: leak, known and accepted: /,
  );
});

test('what cannot be written is refused before the work, in one sentence', async () => {
  for (const [file, sentence] of [
    ['out.pdf', /A report's file ends with \.md.*"out\.pdf" does not/],
    ['out', /A report's file ends with \.md/],
    ['-', /A report's file ends with \.md/],
    ['none/out.md', /cannot write none\/out\.md: no such file or directory/],
    [`${a}/out.md`, /is no directory/],
    ['folder.md', /folder\.md is a directory/],
  ]) {
    fs.mkdirSync(path.join(directory, 'folder.md'), { recursive: true });
    const { code, stdout, stderr } = await inDirectory(
      'find-leaks',
      '--snapshots',
      'no',
      'such',
      '--report',
      file,
    );
    assert.equal(stdout, '');
    assert.match(stderr, /^heap-analyzer: [^\n]*\n$/);
    assert.match(stderr, sentence);
    assert.equal(code, 2, file);
  }
});
