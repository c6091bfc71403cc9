'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { inspectObject } = require('../../..');
const { width } = require('../../../cli/render/text');
const { make } = require('../../../fixtures/make');
const { elementOf } = require('../../helpers/objects');
const { runCli } = require('../../helpers/run');
const { sessionsText, snapshotText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);
const file = path.join(directory, 'heap.heapsnapshot');
fs.writeFileSync(file, sessionsText(30));

/** @param {string} text */
function fitsAndIsClean(text) {
  assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  for (const line of text.split('\n')) {
    assert.ok(width(line) <= 80 && line === line.trimEnd(), JSON.stringify(line));
  }
}

test('the text opens with the sentence and tells why, from what, by whom, and what for', async () => {
  const { code, stdout, stderr } = await runCli(['inspect-object', file, '--object-id', '@5'], {
    env: { COLUMNS: '80' },
  });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  assert.match(
    stdout.replaceAll('\n', ' '),
    /^Map "globalThis\.sessions" @5 keeps 3\.1 kB alive, .* One reference holds it: cutting \.sessions of global @3 frees 3\.1 kB\. {2}/,
  );
  assert.match(stdout, /^Size +3\.1 kB retained, 96 B of it shallow$/m);
  assert.match(stdout, /^Why it is alive {2}\(one holder\)\n {2}global → \.sessions$/m);
  assert.match(
    stdout,
    /^Refers to {2}\(1\)\nNAME +KIND +OBJECT +RETAINED\ntable +internal +@7 \(object elements\) +3\.0 kB$/m,
  );
  assert.match(stdout, /^Referred to by {2}\(1\)\n.*\nsessions +property +@3 global +1 +3\.1 kB$/m);
  assert.match(stdout, /^Depends on {2}\(nearest first, 2\)\n.*\n@3 global .*\n@1 \(root\) /m);
  assert.match(stdout, /^Keeps alive {2}\(31 nodes, 3\.0 kB; classes: 2\)\n.*\nSession +30 +3\.0 kB$/m);
  fitsAndIsClean(stdout);
  assert.ok(stdout.split('\n').length < 45, 'a screen');
});

test('--json is the answer of the API, and nothing else', async () => {
  for (const [args, options] of [
    [[], {}],
    [
      ['--top', '2', '--paths', '1', '--hidden', '--raw-paths'],
      { limit: 2, paths: 1, hidden: true, rawPaths: true },
    ],
    [['--full-text', '--threads', '1'], { textLimit: 0xffffffff }],
  ]) {
    const { code, stdout, stderr } = await runCli([
      'inspect-object',
      file,
      '--object-id',
      '7',
      '--json',
      ...args,
    ]);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), await inspectObject(file, 7, options));
  }
});

test('- reads a pipe', async () => {
  const { code, stdout } = await runCli(['inspect-object', '-', '--object-id', '5'], {
    input: fs.readFileSync(file),
  });
  assert.equal(code, 0);
  assert.match(stdout, /^Snapshot +\(standard input\)$/m);
});

test('rows are bounded by --top', async () => {
  const { stdout } = await runCli(['inspect-object', file, '--object-id', '7', '--top', '3']);
  assert.match(stdout, /^Refers to {2}\(3 of 30\)$/m);
  const usual = await runCli(['inspect-object', file, '--object-id', '7']);
  assert.match(usual.stdout, /^Refers to {2}\(8 of 30\)$/m);
});

test('bad ids are told with exit code 2', async () => {
  for (const [args, message] of [
    [['--object-id', 'sessions'], /"sessions" is no object id: it looks like @123 or 123/],
    [
      ['--object-id', '@6'],
      /no object has the id @6; the nearest ids are @5 \(Map\) and @7 \(\(object elements\)\)/,
    ],
    [[], /required option '--object-id <id>' not specified/],
    [['--object-id', '5', '--paths', '0'], /whole number from 1/],
    [['--object-id', '5', '--pahts', '3'], /did you mean --paths\?/],
  ]) {
    const { code, stdout, stderr } = await runCli(['inspect-object', file, ...args]);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, message);
  }
  const { code, stdout } = await runCli(['inspect-object', file, '--object-id', '@6', '--json']);
  assert.equal(code, 2);
  assert.equal(JSON.parse(stdout).error.code, 'ERR_HEAP_NO_OBJECT');
});

test('a string is shown line by line, the beginning or all of it', async () => {
  const text = Array.from({ length: 40 }, (_, i) => `line ${i} \x1b[2J\x07\u202e`).join('\n');
  const strings = path.join(directory, 'strings.heapsnapshot');
  fs.writeFileSync(
    strings,
    snapshotText([
      { type: 'synthetic', name: '', id: 1, edges: [{ type: 'element', name: 1, to: 1 }] },
      { type: 'object', name: 'global\x1b[0m', id: 3, size: 8, edges: [{ name: 'text\x07\n', to: 2 }] },
      { type: 'string', name: text, id: 5, size: 1000 },
    ]),
  );
  const options = { env: { COLUMNS: '80' } };
  const some = await runCli(['inspect-object', strings, '--object-id', '5'], options);
  assert.match(some.stdout, /^ {2}line 5 /m);
  assert.doesNotMatch(some.stdout, /^ {2}line 6 /m);
  assert.match(some.stdout, /the beginning is shown; --full-text shows all/);
  fitsAndIsClean(some.stdout);
  const all = await runCli(['inspect-object', strings, '--object-id', '5', '--full-text'], options);
  assert.match(all.stdout, /^ {2}line 39 /m);
  fitsAndIsClean(all.stdout);
});

test('real objects fit the screen', async () => {
  const held = await make({ program: 'held', node: 22 });
  const timeline = await make({ program: 'timeline', node: 24 });
  const made = elementOf(timeline, 'held', 999);
  for (const [heap, id, expected] of [
    [
      timeline,
      made,
      /^Allocated by {2}\(innermost first\)\n {2}allocate {2}\S+timeline\.js:\d+:\d+\n {2}forEach\n {2}main /m,
    ],
    [held, 1, /^The root @1 keeps .* and is no object of the program\.$/ms],
  ]) {
    const { code, stdout } = await runCli(['inspect-object', heap, '--object-id', String(id)], {
      env: { COLUMNS: '80' },
    });
    assert.equal(code, 0);
    assert.match(stdout, expected);
    fitsAndIsClean(stdout);
  }
  const { stdout: json } = await runCli(['analyze', held, '--json', '--top', '60']);
  for (const { node } of JSON.parse(json).biggest) {
    const { code, stdout } = await runCli(
      ['inspect-object', held, '--object-id', String(node.id), '--hidden'],
      { env: { COLUMNS: '80' } },
    );
    assert.equal(code, 0);
    fitsAndIsClean(stdout);
  }
});
