'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { analyze } = require('../../..');
const { width } = require('../../../cli/render/text');
const { runCli } = require('../../helpers/run');
const { temporaryDirectory } = require('../../helpers/temporary');

test('finds the leak of its app, says so in words, and leaves nothing behind', async (t) => {
  const temporary = temporaryDirectory(t);
  const started = Date.now();
  const { code, stdout, stderr } = await runCli(['demo'], { env: { COLUMNS: '80', TMPDIR: temporary } });
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.ok(Date.now() - started < 60_000);
  assert.match(stdout, /^ +200 visits {2}then snapshot baseline /m);
  assert.match(stdout, /^ +1,000 visits {2}then snapshot final /m);
  assert.match(stdout, /^Session +2,000 +0 +\+2,000 /m);
  assert.match(stdout, /^PageView +6,000 +0 +\+6,000 /m);
  assert.match(stdout, /^PageView +\+\S+ kB +\S+ kB {2}Map @\d+$/m);
  assert.match(stdout, /^Leak: 1 leak over 3 snapshots\.\n\n1\. Map .sessions. in /m);
  const flat = stdout.replace(/\s+/g, ' ');
  assert.match(flat, /cli\/demo\/app\.js:\d+ grew 200 → 1,200 → 2,200 entries/);
  assert.match(flat, /entries are added in login\(\) \S*cli\/demo\/app\.js:\d+/);
  for (const line of stdout.split('\n')) assert.ok(width(line) <= 80, line);
  assert.deepEqual(fs.readdirSync(temporary), []);
});

test('--json: the answers of compare and find-leaks, with what the demo did', async () => {
  const { code, stdout, stderr } = await runCli(['demo', '--json']);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  const { rows, growth, verdict, findings, snapshots, demo } = JSON.parse(stdout);
  assert.equal(rows.find(({ name }) => name === 'Session').countDelta, 2000);
  assert.match(growth[0].holder.class, /^Map$/);
  assert.equal(verdict, 'leak');
  assert.deepEqual(
    findings.map(({ holder }) => holder.variable),
    ['sessions'],
  );
  assert.equal(snapshots.length, 3);
  assert.equal(demo.visits, 2000);
  assert.equal(demo.captures.length, 3);
  for (const { sha256, nodeCount } of demo.captures)
    assert.ok(/^[0-9a-f]{64}$/.test(sha256) && nodeCount > 10_000);
});

test('--keep leaves the three snapshots where they were wanted, and does not overwrite', async (t) => {
  const kept = path.join(temporaryDirectory(t), 'new', 'place');
  const { code, stdout } = await runCli(['demo', '--keep', kept]);
  assert.equal(code, 0);
  assert.deepEqual(
    fs.readdirSync(kept).sort(),
    ['baseline', 'final', 'target'].flatMap((name) => [
      `${name}.heapsnapshot`,
      `${name}.heapsnapshot.meta.json`,
    ]),
  );
  assert.ok(
    stdout.includes(`heap-analyzer compare ${kept}/baseline.heapsnapshot ${kept}/final.heapsnapshot`),
  );
  const { classes } = await analyze(path.join(kept, 'final.heapsnapshot'), { all: true });
  assert.equal(classes.find(({ name }) => name === 'Session').count, 2200);
  const again = await runCli(['demo', '--keep', kept, '--json']);
  assert.equal(again.code, 2);
  assert.equal(JSON.parse(again.stdout).error.code, 'ERR_HEAP_EXISTS');
});

test('a place that cannot be: said before anything is started', async (t) => {
  const file = path.join(temporaryDirectory(t), 'file');
  fs.writeFileSync(file, '');
  const started = Date.now();
  const { code, stderr } = await runCli(['demo', '--keep', path.join(file, 'x')]);
  assert.ok(Date.now() - started < 5000);
  assert.equal(code, 2);
  assert.match(stderr, /^heap-analyzer: cannot make the directory .*\n$/);
});
