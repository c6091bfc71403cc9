'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { analyze } = require('../../..');
const { width } = require('../../../cli/render/text');
const { runCli } = require('../../helpers/run');
const { sessionsText, snapshotText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);
const file = path.join(directory, 'heap.heapsnapshot');
fs.writeFileSync(file, sessionsText(1000));

test('the text says what the heap consists of, its classes, its biggest objects', async () => {
  const { code, stdout, stderr } = await runCli(['analyze', file], { env: { COLUMNS: '80' } });
  assert.equal(code, 0);
  assert.equal(stderr, '');
  assert.ok(stdout.startsWith(`${file}\n`));
  assert.match(stdout, /^[\d.]+ kB file, 1,004 nodes, 1,003 edges$/m);
  assert.match(stdout, /^Heap in all +100\.1 kB$/m);
  assert.match(stdout, /^ +V8 heap +100\.1 kB +100\.0 %$/m);
  assert.match(stdout, /^Session +1,000 +100\.0 kB +100\.0 kB/m);
  assert.match(stdout, /^ +100\.1 kB {2}global @3$/m);
  assert.match(stdout, /1 MB = 1,000,000 bytes/);
  for (const line of stdout.split('\n')) {
    assert.ok(width(line) <= 80 && line === line.trimEnd(), JSON.stringify(line));
  }
});

test('--json is the answer of the API, and nothing else', async () => {
  for (const [args, options] of [
    [[], {}],
    [['--top', '2'], { top: 2 }],
    [['--all', '--threads', '2'], { all: true }],
  ]) {
    const { code, stdout, stderr } = await runCli(['analyze', file, '--json', ...args]);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), await analyze(file, options));
  }
});

test('--top and --all decide how many rows there are', async () => {
  const one = await runCli(['analyze', file, '--top', '1']);
  assert.match(one.stdout, /Classes by retained size {2}\(1 of \d+\)/);
  const all = await runCli(['analyze', file, '--all']);
  assert.match(all.stdout, /Classes by retained size {2}\(\d+\)/);
});

test('- reads a pipe', async () => {
  const { code, stdout } = await runCli(['analyze', '-', '--json'], { input: fs.readFileSync(file) });
  assert.equal(code, 0);
  const { snapshots, ...rest } = JSON.parse(stdout);
  const { snapshots: expected, ...restOfExpected } = await analyze(file);
  assert.deepEqual(rest, restOfExpected);
  assert.deepEqual([{ path: file, ...snapshots[0] }], expected);
  assert.ok(!('path' in snapshots[0]));
  const text = await runCli(['analyze', '-'], { input: fs.readFileSync(file) });
  assert.match(text.stdout, /^\(standard input\)\n/);
});

test('names out of a heap cannot act upon the terminal', async () => {
  const evil = path.join(directory, 'evil.heapsnapshot');
  const name = '\x1b[2J\x1b]0;owned\x07\u202eevil\n日本語';
  fs.writeFileSync(
    evil,
    snapshotText([
      { type: 'synthetic', name: '', id: 1, edges: [{ type: 'element', name: 1, to: 1 }] },
      { type: 'object', name: 'global', id: 3, size: 8, edges: [{ name, to: 2 }] },
      { type: 'object', name, id: 5, size: 1000 },
    ]),
  );
  const { stdout } = await runCli(['analyze', evil], { env: { COLUMNS: '80' } });
  assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  assert.match(stdout, /evil 日本語/);
  for (const line of stdout.split('\n')) assert.ok(width(line) <= 80, line);
});

test('colours on demand', async () => {
  const painted = await runCli(['analyze', file], { env: { FORCE_COLOR: '1' } });
  assert.ok(painted.stdout.includes('\x1b[1m'));
  const json = await runCli(['analyze', file, '--json'], { env: { FORCE_COLOR: '1' } });
  assert.ok(!json.stdout.includes('\x1b'));
});
