'use strict';

/**
 * Redaction: a thousand canaries, planted in every way in which a program's data gets into a heap, and none of them in
 * the copy; while the copy is the same heap. That every figure stays is held against DevTools in conformance/.
 */

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { promisify } = require('node:util');
const { majors, nodeBinary } = require('../../fixtures/nodes');
const { HeapAnalyzerError, analyze, compare, findLeaks, redactSnapshot } = require('../..');
const { root } = require('../helpers/run');
const { takeSeries } = require('../helpers/series');
const { sessionsText } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');

/**
 * Plants its canaries and takes a snapshot. Numbers are canaries too; they have 9 digits, so that no id or index looks
 * like one by chance where only strings are searched.
 */
const PLANTER = `'use strict';
  const { takeHeapSnapshot } = require(${JSON.stringify(root)});
  const vm = require('node:vm');
  const [file, numbers] = process.argv.slice(2);
  // Put together at run time, so that this very source holds none.
  const canary = (kind, i) => [['CAN', 'ARY'].join(''), kind, i].join('-') + '-' + String.fromCharCode(97 + i % 26).repeat(i % 40);
  const kept = (globalThis.kept = {});
  const each = (kind, count, make) => { kept[kind] = Array.from({ length: count }, (_, i) => make(canary(kind, i), i)); };
  each('plain', 150, (text) => text.split('').join(''));
  each('two-byte', 50, (text) => text + '\\u4e2d\\ud800"\\n');
  each('cons', 150, (text, i) => text + canary('consed', i) + i);
  each('slice', 100, (text) => ('x'.repeat(20) + text + 'y'.repeat(20)).slice(5, -5));
  each('external', 50, (text) => Buffer.from(text.repeat(20000 / text.length | 0)).toString('latin1'));
  each('buffer', 50, (text) => Buffer.from(text));
  each('source', 50, (text, i) => vm.runInThisContext('(function f' + i + '() { return "' + text + '"; /* ' + text + ' */ })'));
  each('regexp', 50, (text) => new RegExp(text + '[0-9]+'));
  each('map', 50, (text) => new Map([[text, text + 'value']]));
  each('weak', 50, (text, i) => { const key = /x/; return [key, new WeakMap([[key, canary('weakly', i)]])]; });
  each('weak-pattern', 50, (text) => { const key = new RegExp(text); return [key, new WeakMap([[key, text]])]; });
  each('symbol', 50, (text) => Symbol(text));
  each('error', 50, (text) => new Error(text));
  each('bigint', 20, (text, i) => 123456789n * BigInt(1000 + i));
  each('closure', 30, (text) => () => text);
  if (numbers) {
    each('smi', 50, (text, i) => ({ n: 700000000 + i }));
    each('double', 50, (text, i) => ({ n: 0.700000001 + i }));
  }
  // Keys are names, unless it is asked for.
  kept.keyed = {};
  for (let i = 0; i < 50; i++) kept.keyed[canary('KEY', i)] = {};
  takeHeapSnapshot(file, numbers ? { exposeNumericValues: true } : {});
`;

/** @param {string} file */
const strings = (file) => JSON.parse(fs.readFileSync(file, 'utf8')).strings;

for (const major of majors()) {
  test(`Node ${major}: none of a thousand canaries survives`, { timeout: 60_000 }, async (t) => {
    const directory = temporaryDirectory(t);
    const [planter, original, copy, bare] = ['planter.js', 'o', 'c', 'b'].map((name) =>
      path.join(directory, name),
    );
    fs.writeFileSync(planter, PLANTER);
    const numbers = major >= 20;
    await promisify(execFile)(await nodeBinary(major), [planter, original, ...(numbers ? ['numbers'] : [])]);
    const before = strings(original);
    const planted = before.filter((text) => /CANARY-/.test(text));
    assert.ok(planted.length > 900, `${planted.length} are there to be hidden`);
    if (numbers) assert.ok(before.filter((text) => /^(7000000\d\d|\d+\.70000000)/.test(text)).length >= 90);

    const { nodeCount } = await redactSnapshot(original, copy);
    const after = strings(copy);
    const survivors = after.filter((text) => /CANARY-(?!KEY)|7000000\d\d|\.70000000|123456789/.test(text));
    assert.deepEqual(survivors, []);
    assert.equal(after.filter((text) => /CANARY-KEY/.test(text)).length, 50, 'keys stay unless asked for');
    assert.ok(!fs.readFileSync(copy, 'latin1').includes('CANARY-plain'));

    await redactSnapshot(original, bare, { propertyKeys: true });
    assert.deepEqual(
      strings(bare).filter((text) => /CANARY-/.test(text)),
      [],
    );

    // The same heap, and still a name for what is no secret.
    const [ours, theirs] = await Promise.all([original, copy].map((file) => analyze(file, { all: true })));
    assert.equal(theirs.snapshots[0].nodeCount, nodeCount);
    assert.deepEqual(theirs.classes, ours.classes);
    assert.deepEqual(theirs.statistics, ours.statistics);
    const hidden = await analyze(bare, { all: true });
    assert.deepEqual(hidden.statistics, ours.statistics);
    const figures = ({ count, selfSize, retainedSize }) => [count, selfSize, retainedSize].join();
    assert.deepEqual(hidden.classes.map(figures).sort(), ours.classes.map(figures).sort());
  });
}

test('copies of one process compare and tell leaks as their originals do', async (t) => {
  const directory = temporaryDirectory(t);
  const series = await takeSeries(directory, 'leaking');
  for (const propertyKeys of [false, true]) {
    const copies = series.map((file) => `${file}-${propertyKeys}.gz`);
    for (const [index, file] of series.entries()) await redactSnapshot(file, copies[index], { propertyKeys });
    const [ours, theirs] = await Promise.all([series, copies].map(([a, b]) => compare(a, b)));
    const figures = ({ addedCount, removedCount, sizeDelta }) => [addedCount, removedCount, sizeDelta].join();
    assert.deepEqual(theirs.rows.map(figures).sort(), ours.rows.map(figures).sort());
    const [leak, same] = await Promise.all([series, copies].map((snapshots) => findLeaks({ snapshots })));
    assert.equal(leak.verdict, 'leak');
    assert.equal(same.verdict, 'leak');
    assert.equal(same.findings[0].holder.variable, leak.findings[0].holder.variable);
    assert.deepEqual(same.findings[0].entries.perSnapshot, leak.findings[0].entries.perSnapshot);
  }
});

test('the copy: private, whole, described; one secret gives one copy', async (t) => {
  const directory = temporaryDirectory(t);
  const target = (name) => path.join(directory, name);
  const bytes = Buffer.from(sessionsText(50));
  const secret = 'sixteen bytes or more';
  const answer = await redactSnapshot(bytes, target('a'), { secret, propertyKeys: true });
  const written = fs.readFileSync(target('a'));
  assert.deepEqual(Object.keys(answer), [
    'path',
    'sizeBytes',
    'sha256',
    'nodeCount',
    'edgeCount',
    'replacedCount',
  ]);
  assert.equal(answer.path, target('a'));
  assert.equal(answer.sizeBytes, written.length);
  assert.equal(answer.sha256, createHash('sha256').update(written).digest('hex'));
  assert.equal(answer.nodeCount, 54);
  assert.equal(answer.replacedCount, 1, 'the key `sessions`');
  if (process.platform !== 'win32') assert.equal(fs.statSync(target('a')).mode & 0o777, 0o600);
  await redactSnapshot(bytes, target('b'), { secret, propertyKeys: true });
  assert.deepEqual(fs.readFileSync(target('b')), written);
  await redactSnapshot(bytes, target('c'), { secret: 'another one of sixteen', propertyKeys: true });
  assert.notDeepEqual(fs.readFileSync(target('c')), written);
  const { compression } = await redactSnapshot(target('a'), target('d.zst'));
  assert.equal(compression, 'zstd');
  assert.equal((await analyze(target('d.zst'))).snapshots[0].nodeCount, 54);
});

test('what is wrong is told, and leaves nothing', async (t) => {
  const directory = temporaryDirectory(t);
  const target = path.join(directory, 'x');
  const bytes = Buffer.from(sessionsText(50));
  for (const [input, options, code] of [
    [bytes.subarray(0, 900), {}, 'ERR_HEAP_TRUNCATED'],
    [Buffer.from('{"a":1}'), {}, 'ERR_HEAP_NOT_SNAPSHOT'],
    [Buffer.alloc(0), {}, 'ERR_HEAP_EMPTY'],
    [path.join(directory, 'missing'), {}, 'ERR_HEAP_NOT_FOUND'],
    [directory, {}, 'ERR_HEAP_IS_DIRECTORY'],
    [bytes, { secret: 'short' }, 'ERR_HEAP_USAGE'],
    [bytes, { propertyKey: true }, 'ERR_HEAP_USAGE'],
    [bytes, { compress: 'lz4' }, 'ERR_HEAP_USAGE'],
    [42, {}, 'ERR_HEAP_USAGE'],
  ]) {
    await assert.rejects(redactSnapshot(input, target, options), (error) => {
      assert.ok(error instanceof HeapAnalyzerError);
      assert.equal(error.code, code, error.message);
      return true;
    });
  }
  const reason = new Error('enough');
  await assert.rejects(
    redactSnapshot(bytes, target, { signal: AbortSignal.abort(reason) }),
    (e) => e === reason,
  );
  assert.deepEqual(fs.readdirSync(directory), []);
  fs.writeFileSync(target, 'precious');
  await assert.rejects(redactSnapshot(bytes, target), { code: 'ERR_HEAP_EXISTS' });
  assert.equal(fs.readFileSync(target, 'utf8'), 'precious');
  await redactSnapshot(bytes, target, { overwrite: true });
  assert.deepEqual(fs.readdirSync(directory), ['x']);
});
