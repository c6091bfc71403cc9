'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');
const { analyze, takeHeapSnapshot } = require('../../..');
const { runCli } = require('../../helpers/run');
const { sessionsText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);
const at = (/** @type {string} */ name) => path.join(directory, name);
/** @param {string[]} args */
const list = async (args, cwd = directory) => {
  const outcome = await runCli(['list', ...args, '--json'], { cwd });
  return { ...outcome, answer: JSON.parse(outcome.stdout) };
};

test('whose, when, how large, whole or not', async () => {
  const text = sessionsText(30);
  fs.writeFileSync(at('plain.heapsnapshot'), text);
  fs.writeFileSync(at('packed.heapsnapshot.gz'), zlib.gzipSync(text));
  fs.writeFileSync(at('cut.heapsnapshot'), text.slice(0, -40));
  fs.writeFileSync(at('other.heapsnapshot'), 'no snapshot at all');
  fs.writeFileSync(at('notes.txt'), text);
  const taken = await takeHeapSnapshot(undefined, { directory, reason: 'for the list' });

  const { answer, code } = await list([]);
  assert.equal(code, 0);
  assert.equal(answer.directory, directory);
  const rows = Object.fromEntries(answer.snapshots.map((row) => [path.basename(row.path), row]));
  assert.deepEqual(
    Object.keys(rows).sort(),
    ['cut', 'other', 'plain']
      .map((name) => `${name}.heapsnapshot`)
      .concat('packed.heapsnapshot.gz', path.basename(taken.path))
      .sort(),
  );
  // The oracle of each figure: the analysis, the capture's own answer, the file system.
  const [whole] = (await analyze(at('plain.heapsnapshot'), { top: 0 })).snapshots;
  for (const name of ['plain.heapsnapshot', 'packed.heapsnapshot.gz']) {
    const { nodeCount, edgeCount, sizeBytes, state, stateFrom, timeFrom } = rows[name];
    assert.deepEqual([nodeCount, edgeCount], [whole.nodeCount, whole.edgeCount]);
    assert.equal(sizeBytes, fs.statSync(at(name)).size);
    assert.deepEqual([state, stateFrom, timeFrom], ['whole', 'read', 'file']);
  }
  const ours = rows[path.basename(taken.path)];
  assert.deepEqual(
    [ours.nodeCount, ours.sizeBytes, ours.time, ours.pid, ours.reason, ours.state, ours.stateFrom],
    [
      taken.nodeCount,
      taken.sizeBytes,
      taken.meta.capturedAt,
      process.pid,
      'for the list',
      'whole',
      'sidecar',
    ],
  );
  for (const [name, why] of /** @type {Array<[string, RegExp]>} */ ([
    ['cut.heapsnapshot', /truncated/],
    ['other.heapsnapshot', /expected the `{` of a V8 heap snapshot/],
  ])) {
    assert.equal(rows[name].state, 'broken');
    assert.equal(rows[name].nodeCount, undefined);
    assert.match(rows[name].trouble, why);
  }
});

test('a sidecar vouches for a file until --check reads it', async () => {
  const own = temporaryDirectory(test);
  const { path: file, sizeBytes } = await takeHeapSnapshot(path.join(own, 'a.heapsnapshot'));
  // Damaged in its middle, and as long as it was.
  const handle = fs.openSync(file, 'r+');
  fs.writeSync(handle, 'x', Math.floor(sizeBytes / 2));
  fs.closeSync(handle);
  assert.equal((await list([own])).answer.snapshots[0].state, 'whole');
  assert.equal((await list([own, '--check'])).answer.snapshots[0].state, 'broken');
  // Another length: the sidecar is of another file.
  fs.truncateSync(file, sizeBytes - 10);
  assert.deepEqual((await list([own])).answer.snapshots[0].state, 'broken');
});

test('the table, at 80 columns; --pid; an empty directory; one that is not there', async () => {
  const { code, stdout } = await runCli(['list', '--snapshot-dir', directory], { env: { COLUMNS: '80' } });
  assert.equal(code, 0);
  assert.match(stdout, /^5 snapshots in /);
  assert.match(stdout, /^plain\.heapsnapshot .* whole +~\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/m);
  assert.match(stdout, /^cut\.heapsnapshot .* – +broken/m);
  const mine = await list([directory, '--pid', String(process.pid)]);
  assert.equal(mine.answer.snapshots.length, 1);
  const empty = temporaryDirectory(test);
  assert.match((await runCli(['list'], { cwd: empty })).stdout, /^No snapshots in \.\.?$/m);
  const gone = await runCli(['list', path.join(empty, 'gone')]);
  assert.equal(gone.code, 2);
  assert.match(gone.stderr, /cannot read the directory .*gone/);
  assert.equal((await runCli(['list', 'a', '--snapshot-dir', 'b'])).code, 2);
});
