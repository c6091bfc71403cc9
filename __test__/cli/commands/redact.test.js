'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { analyze } = require('../../..');
const { runCli } = require('../../helpers/run');
const { snapshotText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');

const text = snapshotText([
  { type: 'synthetic', name: '', id: 1, edges: [{ type: 'element', name: 1, to: 1 }] },
  { name: 'global', id: 3, size: 40, edges: [{ name: 'password', to: 2 }] },
  { type: 'string', name: 'hunter2', id: 5, size: 24 },
]);

test('copies, says how much it hid, and overwrites only when told to', async (t) => {
  const directory = temporaryDirectory(t);
  const [file, copy, bare] = ['a', 'b.gz', 'c'].map((name) => path.join(directory, name));
  fs.writeFileSync(file, text);
  const { code, stdout, stderr } = await runCli(['redact', file, '--output', copy]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  assert.match(
    stdout,
    /b\.gz\n {2}\d+ B, packed with gzip, 3 nodes, 1 text replaced\n {2}sha256 [0-9a-f]{64}\n$/,
  );
  assert.equal((await analyze(copy)).totals.selfSize, 64);

  const json = await runCli(['redact', '-', bare, '--property-keys', '--json'], { input: text });
  const { schemaVersion, tool, path: written, replacedCount } = JSON.parse(json.stdout);
  assert.deepEqual([schemaVersion, tool.name, written, replacedCount], [1, 'heap-analyzer', bare, 2]);
  assert.doesNotMatch(fs.readFileSync(bare, 'utf8'), /hunter2|password/);

  const again = await runCli(['redact', file, bare]);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /exists already/);
  assert.equal((await runCli(['redact', file, bare, '--overwrite'])).code, 0);
  assert.match(fs.readFileSync(bare, 'utf8'), /password/);
  assert.equal((await runCli(['redact', path.join(directory, 'missing'), copy])).code, 2);

  const settings = path.join(directory, 'settings.json');
  const [said, typed] = ['said', 'typed'].map((name) => path.join(directory, name));
  fs.writeFileSync(settings, JSON.stringify({ redact: { output: said } }));
  assert.equal((await runCli(['redact', file, typed, '--config', settings])).code, 0);
  assert.deepEqual([fs.existsSync(typed), fs.existsSync(said)], [true, false]);
  assert.equal((await runCli(['redact', file, '--config', settings])).code, 0);
  assert.ok(fs.existsSync(said));

  const nowhere = await runCli(['redact', file]);
  assert.deepEqual(
    [nowhere.code, nowhere.stderr],
    [2, 'heap-analyzer: --output is missing: where the copy goes\n'],
  );
  const twice = await runCli(['redact', file, 'd', '--output', 'e']);
  assert.deepEqual([twice.code, twice.stderr], [2, 'heap-analyzer: one copy is made: d, or --output e\n']);
});
