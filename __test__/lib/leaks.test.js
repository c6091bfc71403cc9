'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const test = require('node:test');
const { findLeaks } = require('../..');
const { sessionsText, writeChain } = require('../helpers/snapshot');
const { DECLARED_AT, takeSeries } = require('../helpers/series');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);
/** @type {string[]} */
let leaking;
/** @type {string[]} */
let healthy;

test.before(async () => {
  leaking = await takeSeries(directory, 'leaking');
  healthy = await takeSeries(directory, 'healthy');
});

const named = ([baseline, target, final]) => ({ baseline, target, final });

test('a leak: verdict, holder, figures and line', async () => {
  const { verdict, findings, snapshots, noise, ...rest } = await findLeaks(named(leaking));
  assert.equal(verdict, 'leak');
  assert.deepEqual(
    snapshots.map((snapshot) => snapshot.path),
    leaking,
  );
  const [{ holder, entries, bytes, grade, pattern, sentence, status }] = findings;
  assert.equal(grade, 'leak');
  assert.equal(pattern, 'global-cache');
  assert.equal(holder.variable, 'sessions');
  assert.deepEqual([holder.place.file, holder.place.line], [path.join(directory, 'app.js'), DECLARED_AT]);
  assert.deepEqual(entries.perSnapshot, [500, 1000, 1500]);
  assert.deepEqual(entries.perInterval, [500, 500]);
  assert.ok(bytes.retained > 1000 * 100);
  assert.match(
    sentence,
    new RegExp(`^Map .sessions. in .*app\\.js:${DECLARED_AT} grew 500 → 1,000 → 1,500 `),
  );
  assert.match(sentence, /; entries are added in login\(\) .*app\.js:\d+$/);
  assert.equal(status, undefined);
  assert.ok(noise.count >= 0 && noise.bytes >= 0);
  assert.equal(rest.conclusive, true);
  delete rest.resident; // there when the capture left sidecars
  assert.deepEqual(Object.keys(rest).sort(), ['comparedBy', 'conclusive', 'schemaVersion', 'tool']);
});

test('a healthy app: nothing that counts', async () => {
  const { verdict, findings } = await findLeaks(named(healthy));
  assert.deepEqual(
    findings.filter(({ grade }) => grade === 'leak' || grade === 'likely'),
    [],
  );
  assert.notEqual(verdict, 'leak');
  assert.notEqual(verdict, 'likely');
});

test('by name or as a list, from paths, URLs or bytes: one answer, byte for byte', async () => {
  const [a, b, c] = leaking;
  const first = JSON.stringify(await findLeaks(named(leaking)));
  assert.equal(JSON.stringify(await findLeaks({ snapshots: leaking }, { threads: 1 })), first);
  const { snapshots, ...rest } = await findLeaks({ snapshots: [pathToFileURL(a), fs.readFileSync(b), c] });
  // Bytes have no sidecar, so nothing is known of the process.
  const { snapshots: all, resident: _, ...expected } = JSON.parse(first);
  assert.deepEqual(rest, expected);
  assert.deepEqual(
    snapshots.map((snapshot) => snapshot.path),
    [a, undefined, c],
  );
  assert.equal(all.length, 3);
});

test('minGrowth and finalAfter reach the engine', async () => {
  const few = await findLeaks(named(leaking), { minGrowth: 100_000 });
  assert.deepEqual(few.findings, []);
  assert.equal(few.verdict, 'clean');
  const rested = await findLeaks({ baseline: leaking[0], target: leaking[2] }, { finalAfter: 'rest' });
  assert.ok(['leak', 'likely'].includes(rested.verdict));
});

test('accepted leaks are known, do not count, and are told as fixed when they are gone', async () => {
  const [{ fingerprint }] = (await findLeaks(named(leaking))).findings;
  const why = 'until the next release';
  const known = await findLeaks(named(leaking), { ignore: [fingerprint] });
  assert.equal(known.verdict, 'clean');
  assert.deepEqual(
    known.findings.map(({ status }) => status),
    ['known'],
  );
  assert.deepEqual(known.fixed, []);
  const other = await findLeaks(named(leaking), { ignore: ['global-cache-000000000000'] });
  assert.equal(other.verdict, 'leak');
  assert.equal(other.findings[0].status, 'new');
  assert.deepEqual(other.fixed, [{ fingerprint: 'global-cache-000000000000' }]);
  const gone = await findLeaks(named(healthy), { ignore: [{ fingerprint, why }] });
  assert.equal(gone.verdict, 'clean');
  assert.deepEqual(gone.fixed, [{ fingerprint, why }]);
});

test('traceAllObjects: every class with new objects, those with most bytes first', async () => {
  const seen = [];
  const onProgress = ({ fraction }) => seen.push(fraction);
  const { groups } = await findLeaks(named(leaking), { traceAllObjects: true, onProgress });
  const session = groups.find(({ name }) => name === 'Session');
  assert.equal(session.addedCount, 1000);
  assert.equal(session.holder.class, 'Map');
  for (const [index, group] of groups.entries()) {
    assert.ok(group.addedCount > 0);
    assert.ok(index === 0 || group.addedSize <= groups[index - 1].addedSize);
  }
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
  );
  assert.ok(seen.every((fraction) => fraction >= 0 && fraction <= 1));
});

test('the wrong order: no finding, and told in a sentence', async () => {
  const [a, b, c] = leaking;
  const swapped = await findLeaks(
    { baseline: c, target: b, final: a },
    { ignore: ['global-cache-000000000000'] },
  );
  assert.deepEqual(swapped.findings, []);
  assert.equal(swapped.conclusive, false);
  assert.match(swapped.warnings.join(), /not in the order/);
  // What proves nothing does not prove that a leak is gone.
  assert.deepEqual(swapped.fixed, []);
});

test('another process: compared by name, told in a sentence, and never called a leak', async () => {
  const again = await takeSeries(directory, 'leaking', 'again');
  for (const series of [
    { baseline: leaking[0], target: again[1], final: again[2] },
    { baseline: leaking[0], target: leaking[1], final: again[2] },
  ]) {
    const { verdict, findings, warnings, conclusive } = await findLeaks(series);
    assert.match(warnings.join(), /not of the same process .* compared by name/);
    assert.equal(conclusive, true);
    assert.equal(verdict, 'growth');
    const found = findings.find(({ holder }) => holder.variable === 'sessions');
    assert.deepEqual(found.entries.perSnapshot, [500, 1000, 1500]);
    assert.deepEqual([found.grade, found.holder.place.line], ['growth', DECLARED_AT]);
    assert.ok(found.bytes.retained > 0 && found.evidence.some((line) => line.startsWith('compared by name')));
  }
  const same = await findLeaks({ baseline: healthy[2], target: leaking[0] });
  assert.ok(same.findings.every(({ grade }) => grade === 'growth'));
});

test('wrong arguments are refused in a sentence before anything is read', async () => {
  const text = Buffer.from(sessionsText(3));
  const link = path.join(directory, 'link');
  fs.symlinkSync(leaking[0], link);
  const [a, b] = leaking;
  for (const [series, options, sentence] of [
    [undefined, {}, /`series` but received undefined/],
    ['a', {}, /`series`/],
    [[a, b], {}, /`series` but received an array/],
    [{}, {}, /`baseline`/],
    [{ baseline: a }, {}, /`target`/],
    [{ target: a, final: b }, {}, /`baseline`/],
    [{ baseline: a, tagret: b }, {}, /no snapshot `tagret`: did you mean `target`\?/],
    [{ baseline: a, target: b, final: 7 }, {}, /`final` but received 7/],
    [{ snapshots: a }, {}, /2 to 255 snapshots for `snapshots`/],
    [{ snapshots: [a] }, {}, /but received 1 of them/],
    [{ snapshots: [a, null] }, {}, /`snapshots\[1\]` but received null/],
    [{ snapshots: [a, b], final: b }, {}, /`snapshots` and `final` cannot be given together/],
    [{ baseline: a, target: a }, {}, /snapshots 1 and 2 are one and the same \(.*leaking-a\.heapsnapshot\)/],
    [{ baseline: a, target: b, final: link }, {}, /snapshots 1 and 3 are one and the same \(.* and .*link\)/],
    [{ baseline: text, target: text }, {}, /snapshots 1 and 2 are one and the same:/],
    [{ baseline: a, target: b }, { finalAfter: 'lunch' }, /"load" or "rest" for `finalAfter`/],
    [{ baseline: a, target: b }, { minGrowth: 0 }, /`minGrowth`/],
    [{ baseline: a, target: b }, { ignore: 'x' }, /array of fingerprints for `ignore`/],
    [{ baseline: a, target: b }, { ignore: [{}] }, /a fingerprint for `ignore\[0\]`/],
    [{ baseline: a, target: b }, { ignore: [{ fingerprint: 'x', why: 7 }] }, /`ignore\[0\]\.why`/],
    [{ baseline: a, target: b }, { ignroe: [] }, /did you mean `ignore`\?/],
  ]) {
    await assert.rejects(findLeaks(series, options), (error) => {
      assert.equal(error.code, 'ERR_HEAP_USAGE');
      assert.match(error.message, sentence);
      return true;
    });
  }
  await assert.rejects(findLeaks({ baseline: a, target: '/there/is/nothing' }), {
    code: 'ERR_HEAP_NOT_FOUND',
  });
});

test('stops when it is told to', async () => {
  const reason = new Error('enough');
  const isReason = (error) => error === reason;
  const signal = AbortSignal.abort(reason);
  await assert.rejects(findLeaks(named(leaking), { signal }), isReason);
  const long = writeChain(path.join(directory, 'long.heapsnapshot'), 300_000);
  const controller = new AbortController();
  const onProgress = () => controller.abort(reason);
  const options = { signal: controller.signal, onProgress };
  await assert.rejects(findLeaks({ baseline: leaking[0], target: long }, options), isReason);
});
