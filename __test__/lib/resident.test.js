'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { findLeaks } = require('../..');
const { judgeResident } = require('../../lib/resident');
const { root, run } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);
const MB = 1e6;
const memory = (rss, heapUsed, external = 0) => ({
  rss: rss * MB,
  heapTotal: heapUsed * MB,
  heapUsed: heapUsed * MB,
  external: external * MB,
  arrayBuffers: external * MB,
  unexplained: (rss - heapUsed - external) * MB,
});

test('growth is told by where it is', () => {
  const steady = judgeResident([memory(200, 50), memory(205, 52), memory(203, 50)]);
  assert.equal(steady.verdict, 'steady');
  const inHeap = judgeResident([memory(200, 50), memory(260, 110), memory(320, 170)]);
  assert.equal(inHeap.verdict, 'in-heap');
  const outside = judgeResident([memory(200, 50), memory(260, 51), memory(320, 52)]);
  assert.equal(outside.verdict, 'outside-heap');
  assert.equal(outside.delta.unexplained, 118 * MB);
  assert.match(outside.sentence, /^Memory grows outside of V8's heap: .* 200\.0 MB → 320\.0 MB/);
});

test('what captures leave behind is no proof either', () => {
  const series = [memory(200, 50), memory(260, 51), memory(320, 52)];
  assert.equal(judgeResident(series, 40 * MB).verdict, 'outside-heap');
  assert.equal(judgeResident(series, 55 * MB).verdict, 'unclear');
});

test('what the first capture may have cost is no proof', () => {
  for (const series of [
    [memory(200, 50), memory(320, 51)],
    [memory(200, 50), memory(320, 51), memory(321, 51)],
  ]) {
    const { verdict, sentence } = judgeResident(series);
    assert.equal(verdict, 'unclear');
    assert.match(sentence, /a third one under load tells/);
  }
});

test('a process that leaks outside of the heap: said from the sidecars of its snapshots', async () => {
  const app = path.join(directory, 'outside.js');
  fs.writeFileSync(
    app,
    `const { takeHeapSnapshot } = require(${JSON.stringify(root)});
     const kept = [];
     (async () => {
       for (const file of process.argv.slice(2)) {
         kept.push(Buffer.alloc(60e6, 1));
         await takeHeapSnapshot(file);
       }
     })();`,
  );
  const snapshots = ['a', 'b', 'c'].map((name) => path.join(directory, `outside-${name}.heapsnapshot`));
  const { code, stderr } = await run([app, ...snapshots]);
  assert.equal(code, 0, stderr);
  const { resident, findings } = await findLeaks({ snapshots });
  assert.deepEqual(
    findings.filter(({ grade }) => grade === 'leak'),
    [],
  );
  assert.equal(resident.verdict, 'outside-heap');
  assert.equal(resident.perSnapshot.length, 3);
  assert.ok(Math.abs(resident.delta.arrayBuffers - 120e6) < 1e6, `${resident.delta.arrayBuffers}`);
  assert.match(resident.sentence, /array buffers \+1(19|20)\.\d MB/);

  fs.rmSync(`${snapshots[1]}.meta.json`);
  assert.equal((await findLeaks({ snapshots })).resident, undefined);
});
