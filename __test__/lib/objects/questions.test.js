'use strict';

/**
 * The built-in questions about an open heap: on heaps small enough to answer by hand, on a page with detached nodes, and
 * on a program that keeps what nobody reads.
 */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { openSnapshot } = require('../../..');
const { askQuestion, QUESTIONS } = require('../../../lib/objects/questions');
const { functionText } = require('../../../lib/objects/function-text');
const { isSame } = require('../../../lib/objects/script-code');
const { blanked } = require('../../../lib/source-text');
const { root } = require('../../helpers/run');
const { sessionsText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);

const PROGRAM = `
function forgets() {
  const list = Array.from({ length: 5000 }, (_, i) => ({ i }));
  const word = 'kept';
  const reads = () => list.length;
  reads();
  return () => word; // and not the other one
}
function remembers() {
  const table = Array.from({ length: 5000 }, (_, i) => ({ i }));
  return [() => 1, function inner() { return () => table.length; }];
}
class Waits {
  #own = 1;
  async forget() {
    const rows = Array.from({ length: 5000 }, (_, i) => ({ i }));
    (() => rows.length)();
    await new Promise((resolve) => (this.resolve = () => resolve(this.#own)));
  }
}
globalThis.forgetful = forgets();
globalThis.mindful = remembers();
globalThis.waits = new Waits();
waits.forget();
function many(count) { return Array.from({ length: count }, (_, i) => ({ i })); }
function blocks() {
  const kept = [];
  for (const round of ['one']) {
    const block = many(4000);
    (() => block)();
    kept.push(() => round);
  }
  try { throw many(3000); } catch (thrown) { kept.push(() => thrown); }
  return kept;
}
function evaluates() {
  const any = many(4500);
  (() => any)();
  return (text) => eval(text);
}
function runs() {
  const local = many(4600);
  (() => local)();
  globalThis.other = () => 1;
  require('node:v8').writeHeapSnapshot(process.argv[2]);
  return local;
}
globalThis.blocks = blocks();
globalThis.evaluates = evaluates();
setImmediate(runs);
`;

test('variables that no living closure reads are found, others are not', async () => {
  const program = path.join(directory, 'program.js');
  const file = path.join(directory, 'captures.heapsnapshot');
  assert.ok(PROGRAM.length > 1024, 'V8 writes the beginning of it only');
  fs.writeFileSync(program, PROGRAM);
  const { status, stderr } = spawnSync(process.execPath, [program, file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const snapshot = await openSnapshot(file);
  const answer = await snapshot.captures({ top: 5 });
  const told = answer.captures.map(({ grade, readersFrom, nameFrom, variable }) => [
    grade,
    readersFrom,
    nameFrom,
    variable,
  ]);
  assert.deepEqual(told, [
    ['likely', 'source-files', 'reference', 'list'],
    ['likely', 'source-files', 'scope-info', 'block'],
  ]);
  assert.equal(answer.captures[0].closures[0].place?.line, 7);
  const [capture] = answer.captures;
  assert.equal(snapshot.node(capture.node.id).class, 'Array');
  assert.ok(capture.node.retainedSize > 100_000, String(capture.node.retainedSize));
  assert.equal(answer.captureCount, 2);
  assert.equal(
    answer.captureBytes,
    answer.captures.reduce((sum, { node }) => sum + node.retainedSize, 0),
  );
  assert.equal(capture.closureCount, 1);

  // As long and begun alike, it counts as the same; with a letter more it does not.
  fs.writeFileSync(program, `${PROGRAM}// edited since`);
  const edited = await snapshot.captures();
  assert.deepEqual(edited.captures, [], 'a file that is not what ran says nothing');
  fs.rmSync(program);
  const blind = await snapshot.captures();
  assert.deepEqual(blind.captures, [], 'nothing is said of what cannot be read');
  assert.ok(blind.unknownCount > answer.unknownCount);
  assert.equal(edited.unknownCount, blind.unknownCount);
  snapshot.close();
});

test('of a short script the snapshot itself has the text', async () => {
  const program = path.join(directory, 'short.js');
  const file = path.join(directory, 'short.heapsnapshot');
  fs.writeFileSync(
    program,
    `globalThis.kept = (() => { const l\u0069st = Array.from({ length: 4000 }, (_, i) => ({ i })), rows = [...list];
(() => [list, rows])(); return [() => l\\u0069st, () => 1]; })();
setImmediate(() => require('node:v8').writeHeapSnapshot(process.argv[2]));`,
  );
  const { status, stderr } = spawnSync(process.execPath, [program, file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  fs.rmSync(program);
  const snapshot = await openSnapshot(file);
  const { captures } = await snapshot.captures();
  assert.deepEqual(
    captures.map(({ grade, readersFrom, variable }) => [grade, readersFrom, variable]),
    [['likely', 'script-text', 'rows']],
  );
  snapshot.close();
});

test('a script is a file only if that begins so and is as long', () => {
  const start = 'const é = 1;';
  const bytes = (/** @type {number} */ length) => Math.ceil((16 + length) / 8) * 8;
  const code = `${start}${'x'.repeat(2000)}`;
  assert.ok(isSame(code, start, bytes(code.length), '/a.js'));
  assert.ok(isSame(code, start, bytes(2 * code.length), '/a.js'));
  assert.ok(!isSame(`${code}12345678`, start, bytes(code.length), '/a.js'));
  assert.ok(!isSame(code.replace('1', '2'), start, bytes(code.length), '/a.js'));
  // Of what is outside of V8's heap the string says no length.
  assert.ok(isSame(`${code}12345678`, start, 32, '/a.js'));
  // What V8 wrote of a character beyond 16 bits, and blanks where types were.
  assert.ok(isSame('a\u{1f600}bc', 'a\uf600b', bytes(10), '/a.js'));
  const typed = 'let a: number = 1;';
  assert.ok(isSame(typed, 'let a         = 1;', bytes(typed.length), '/a.ts'));
  assert.ok(!isSame(typed, 'let a         = 1;', bytes(typed.length), '/a.js'));
});

test('the text of a function ends where the function does', () => {
  const at = (/** @type {string} */ text, /** @type {string} */ start) => {
    const offset = text.indexOf(start);
    const before = text.slice(0, offset).split('\n');
    const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    return functionText({ text, code: blanked(text) }, place);
  };
  const cases = [
    ['function f(a, b = ")") { return `}${a}`; } f();', '(a', '(a, b = ")") { return `}${a}`; }'],
    ['const f = (a) => a.b({ c: [1] }), g = 1;', '(a)', '(a) => a.b({ c: [1] })'],
    ['const f = a => a\n  .b;\nlet c;', 'a =>', 'a => a\n  .b'],
    ['call(async (x) => {\n await x;\n});', '(x)', '(x) => {\n await x;\n}'],
    [
      'class A { #x; m(v) { super.m(v); return this.#x; } n() {} }',
      '(v)',
      '(v) { super.m(v); return this.#x; }',
    ],
    ['function* g() { yield 1; /* } */ }', '()', '() { yield 1; /* } */ }'],
    ['function f() { if (x) {', '()', null],
    ['f /[{]/', '/', null],
  ];
  for (const [text, start, wanted] of cases) assert.equal(at(text, start), wanted, text);
});

test('objects are told of by class and size', async () => {
  const snapshot = await openSnapshot(Buffer.from(sessionsText(10)));
  const answer = await snapshot.objects({ class: /Map|Session/ }, { top: 1 });
  assert.deepEqual([answer.count, answer.selfSize, answer.retainedSize], [11, 1096, 1096]);
  assert.deepEqual(answer.classes, [{ name: 'Session', key: ',Session', count: 10, selfSize: 1000 }]);
  assert.deepEqual(
    answer.objects.map(({ id }) => id),
    [5],
  );
  assert.equal(answer.classCount, 2);
  const none = await snapshot.objects({ class: 'Nobody' });
  assert.deepEqual([none.count, none.objects.length], [0, 0]);
  await assert.rejects(snapshot.retainedBy('nobody'), { code: 'ERR_HEAP_USAGE' });
  await assert.rejects(snapshot.objects({}, { top: -1 }), { code: 'ERR_HEAP_USAGE' });
  for (const name of Object.keys(QUESTIONS)) {
    const framed = await askQuestion(snapshot, name, { top: 1 });
    assert.deepEqual([framed.schemaVersion, framed.question, framed.snapshots[0].nodeCount], [1, name, 14]);
  }
  await assert.rejects(askQuestion(snapshot, 'object'), {
    code: 'ERR_HEAP_USAGE',
    message: /did you mean "objects"/,
  });
  await assert.rejects(askQuestion(snapshot, 'waste', { filter: { class: 'x' } }), {
    code: 'ERR_HEAP_USAGE',
  });
  snapshot.close();
});

test('what detached nodes keep is what DevTools calls so', async () => {
  const file = path.join(root, 'fixtures', 'synthetic', 'detached-dom.heapsnapshot.zst');
  const snapshot = await openSnapshot(file);
  const { columns } = snapshot;
  // By the definition, over the columns: what a search that goes round detached nodes does not reach.
  const reached = new Set([snapshot.root.ordinal]);
  for (const ordinal of reached) {
    for (const { kind, to } of snapshot.nodeAt(ordinal).edges()) {
      if (kind !== 'weak' && columns.detachedness[to.ordinal] !== 2) reached.add(to.ordinal);
    }
  }
  const wanted = [...snapshot.nodes()].filter(
    ({ ordinal, distance }) => !reached.has(ordinal) && distance !== -5,
  );
  assert.ok(wanted.length > 0);
  const answer = await snapshot.retainedBy('detachedDom', { top: 1000 });
  const ids = (/** @type {Array<{ id: number }>} */ nodes) => nodes.map(({ id }) => id).sort((a, b) => a - b);
  assert.deepEqual(ids(answer.objects), ids(wanted));
  assert.equal(
    answer.selfSize,
    wanted.reduce((sum, { selfSize }) => sum + selfSize, 0),
  );
  assert.equal((await snapshot.retainedBy('console')).count, 0);
  snapshot.close();
});
