'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { compare } = require('../../..');
const { width } = require('../../../cli/render/text');
const { runCli } = require('../../helpers/run');
const { sessionsText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);
const base = path.join(directory, 'base.heapsnapshot');
const target = path.join(directory, 'target.heapsnapshot');
fs.writeFileSync(base, sessionsText(100));
fs.writeFileSync(target, sessionsText(1300));

test('the text says how the whole changed, which classes did, and who holds it', async () => {
  for (const columns of [80, 120]) {
    const { code, stdout, stderr } = await runCli(['compare', base, target], {
      env: { COLUMNS: `${columns}` },
    });
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /^base +\//m);
    assert.match(stdout, /^Heap in all +10\.1 kB +130\.1 kB +\+120\.0 kB$/m);
    assert.match(stdout, /^Session +1,200 +0 +\+1,200 .*\+120\.0 kB$/m);
    assert.match(stdout, /^Session +\+120\.0 kB +120\.0 kB {2}(Map|\(object elements\)) @[57]$/m);
    assert.match(stdout, /^How (Map|\(object elements\)) @[57] is reached:\n {2}global → /m);
    for (const line of stdout.split('\n')) assert.ok(width(line) <= columns, line);
  }
});

test('--json is the answer of the API: all rows unless --top says otherwise', async () => {
  for (const [args, options] of [
    [[], {}],
    [['--top', '0'], { top: 0 }],
    [['--top', '0', '--all'], { all: true }],
    [['--no-growth'], { growth: false }],
  ]) {
    const { stdout } = await runCli(['compare', base, target, '--json', ...args]);
    assert.deepEqual(JSON.parse(stdout), await compare(base, target, options));
  }
});

test('nothing changed: said in words', async () => {
  const { code, stdout } = await runCli(['compare', base, base]);
  assert.equal(code, 0);
  assert.match(stdout, /No class differs/);
});

test('one of the two from a pipe', async () => {
  const { code, stdout } = await runCli(['compare', '-', target, '--json'], { input: fs.readFileSync(base) });
  assert.equal(code, 0);
  const { snapshots, rows } = JSON.parse(stdout);
  assert.deepEqual(
    snapshots.map((snapshot) => snapshot.path),
    [undefined, target],
  );
  assert.equal(rows[0].countDelta, 1200);
});

test('--fail-on-growth: exit 1 when the heap grew by more, and the answer is printed all the same', async () => {
  for (const [limit, before, after, expected] of [
    ['100kB', base, target, 1],
    ['120000', base, target, 0],
    ['119999', base, target, 1],
    ['1MB', base, target, 0],
    ['0', base, base, 0],
    ['0', target, base, 0],
  ]) {
    const { code, stdout } = await runCli(['compare', before, after, '--fail-on-growth', limit, '--json']);
    assert.equal(code, expected, limit);
    assert.ok(JSON.parse(stdout).totals);
  }
});
