'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { inspectObject } = require('../../..');
const { wayAsCode } = require('../../../cli/render/trace');
const { width } = require('../../../cli/render/text');
const { readNodes } = require('../../helpers/objects');
const { runCli, runSource } = require('../../helpers/run');
const { sessionsText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);
const file = path.join(directory, 'heap.heapsnapshot');
fs.writeFileSync(file, sessionsText(30));

test('each way is what code would write, and its hops', async () => {
  const { code, stdout, stderr } = await runCli(['trace', file, '--node-id', '@5'], {
    env: { COLUMNS: '80' },
  });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Map "globalThis\.sessions" @5 keeps/);
  assert.match(
    stdout,
    /^Way 1 {2}globalThis\.sessions\n {2}global +@3 global\n {2}→ \.sessions +@5 Map\n\nOne of these/m,
  );
  for (const line of stdout.split('\n')) assert.ok(width(line) <= 80 && line === line.trimEnd(), line);
});

test('--json has the ways of the API, and each as code', async () => {
  const { stdout } = await runCli(['trace', file, '--object-id', '5', '--json', '--paths', '2']);
  const answer = JSON.parse(stdout);
  const { paths, holders, sentence, snapshots, node } = await inspectObject(file, 5, { limit: 0, paths: 2 });
  const { schemaVersion, tool, code, ...rest } = answer;
  assert.deepEqual(rest, { snapshots, node, sentence, holders, paths });
  assert.deepEqual([schemaVersion, tool.name, code], [1, 'heap-analyzer', ['globalThis.sessions']]);
});

test('in a real heap the expression is one by which the program itself reaches the object', async () => {
  const real = path.join(directory, 'real.heapsnapshot');
  // The oracle: the program writes its own heap, in which one object is reached by two names of its own.
  const source = `
    globalThis.shelf = { books: [null, { title: new (class Needle {})() }] };
    globalThis.also = new Map([['the key', globalThis.shelf.books[1].title]]);
    require('v8').writeHeapSnapshot(${JSON.stringify(real)});`;
  assert.equal((await runSource(source)).code, 0);
  const { id } = readNodes(real).find(({ name, type }) => name === 'Needle' && type === 'object');
  const { stdout } = await runCli(['trace', real, '--node-id', `@${id}`, '--json']);
  const { code, holders } = JSON.parse(stdout);
  assert.equal(holders.independent, 2);
  assert.deepEqual(code.sort(), ['globalThis.also.get("the key")', 'globalThis.shelf.books[1].title']);
});

test('what no code could write has no expression', () => {
  const hop = (/** @type {string} */ text, name = '') => ({ text, node: { name } });
  assert.equal(wayAsCode([hop('x', 'global'), hop('.a'), hop('⟨context⟩ b'), hop('.c (Map a.js:1)')]), 'b.c');
  assert.equal(wayAsCode([hop('x', 'Node / TCP'), hop('⟨native_to_javascript⟩'), hop('.c')]), null);
  assert.equal(wayAsCode([hop('x', 'Node / TCP'), hop('.c')]), null);
  assert.equal(wayAsCode([]), null);
});

test('without an object, with two, with one that is not there', async () => {
  for (const [args, code, message] of /** @type {Array<[string[], number, RegExp]>} */ ([
    [[], 2, /which object\? Give --node-id/],
    [['--node-id', '1', '--object-id', '1'], 2, /mean the same/],
    [['--node-id', 'x'], 2, /"x" is no object id/],
    [['--node-id', '4'], 2, /no object/],
  ])) {
    const outcome = await runCli(['trace', file, ...args]);
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, message);
  }
});
