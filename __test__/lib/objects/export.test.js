'use strict';

/** A heap as tables: every row of them held against a reading of the snapshot that owes nothing to the engine. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { openSnapshot } = require('../../..');
const { exportTables } = require('../../../lib/objects/export');
const { readNodes } = require('../../helpers/objects');
const { runCli } = require('../../helpers/run');
const { sessionsText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);

/** @param {string} output @param {string} name */
const linesOf = (output, name) =>
  fs
    .readFileSync(path.join(output, `${name}.ndjson`), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

test('lines of JSON and Parquet say what the snapshot says', async () => {
  const file = path.join(directory, 'heap.heapsnapshot');
  fs.writeFileSync(file, sessionsText(2000));
  const nodes = readNodes(file);
  const snapshot = await openSnapshot(file);
  const [lines, parquet] = ['lines', 'parquet'].map((name) => path.join(directory, name));
  /** @type {number[]} */
  const fractions = [];
  const told = await exportTables(snapshot, {
    ...{ format: 'ndjson', output: lines },
    onProgress: ({ fraction }) => fractions.push(fraction),
  });
  await exportTables(snapshot, { format: 'parquet', output: parquet });

  const edges = nodes.flatMap((node) =>
    node.edges.map(({ kind, name, to }) => ({ from: node.ordinal, to, kind, name: String(name) })),
  );
  const rows = linesOf(lines, 'nodes');
  assert.deepEqual(linesOf(lines, 'edges'), edges);
  assert.deepEqual(
    rows.map(({ ordinal, id, type, edge_count }) => [ordinal, id, type, edge_count]),
    nodes.map(({ ordinal, id, type, edges: own }) => [ordinal, id, type, own.length]),
  );
  const total = rows.reduce((sum, row) => sum + row.self_size, 0);
  assert.equal(
    total,
    nodes.reduce((sum, { selfSize }) => sum + selfSize, 0),
  );
  assert.equal(rows[0].retained_size, total);
  assert.deepEqual(told.tables.map((table) => [table.name, table.rows]).slice(0, 2), [
    ['nodes', nodes.length],
    ['edges', edges.length],
  ]);
  assert.equal(fractions.at(-1), 1);

  const { asyncBufferFromFile, parquetReadObjects } = await import('hyparquet');
  const number = (/** @type {any} */ value) => (typeof value === 'bigint' ? Number(value) : value);
  for (const name of ['nodes', 'edges', 'classes', 'findings']) {
    const buffer = await asyncBufferFromFile(path.join(parquet, `${name}.parquet`));
    const read = (await parquetReadObjects({ file: buffer })).map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key, number(value)])),
    );
    assert.deepEqual(read, linesOf(lines, name), name);
  }
  assert.equal(fs.statSync(path.join(parquet, 'nodes.parquet')).mode & 0o077, 0, 'a heap holds secrets');
  snapshot.close();
});

test('nothing is overwritten unasked, and nothing half is left', async () => {
  const file = path.join(__dirname, '..', '..', '..', 'fixtures', 'synthetic', 'minimal.heapsnapshot.zst');
  const output = path.join(directory, 'again');
  const first = await runCli(['export', file, '--output', output, '--json']);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(JSON.parse(first.stdout).tables.length, 4);
  const second = await runCli(['export', file, '--output', output]);
  assert.equal(second.code, 2);
  assert.match(second.stderr, /nodes\.ndjson exists already/);
  assert.equal((await runCli(['export', file, '--output', output, '--overwrite'])).code, 0);
  assert.equal((await runCli(['export', file, '--output', output, '--format', 'csv'])).code, 2);

  const snapshot = await openSnapshot(file);
  const controller = new AbortController();
  const stopped = path.join(directory, 'stopped');
  await assert.rejects(
    exportTables(snapshot, {
      ...{ format: 'ndjson', output: stopped, signal: controller.signal },
      onProgress: () => controller.abort(new Error('enough')),
    }),
    /enough/,
  );
  assert.deepEqual(fs.readdirSync(stopped), ['nodes.ndjson']);
  snapshot.close();
});
