'use strict';

/** A heap as tables: every row of them held against a reading of the snapshot that owes nothing to the engine. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { openSnapshot } = require('../../..');
const { exportTables } = require('../../../lib/objects/export');
const { TABLES } = require('../../../lib/objects/tables');
const { readNodes } = require('../../helpers/objects');
const { runCli } = require('../../helpers/run');
const { framework } = require('../../helpers/serving');
const { sessionsText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);
const frameworks = path.join(__dirname, '..', '..', 'frameworks');

/** @param {string} output @param {string} name */
const linesOf = (output, name) =>
  fs
    .readFileSync(path.join(output, `${name}.ndjson`), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** With the packages of the test folder at hand, as in a project that has them installed. @param {() => Promise<any>} act */
async function inFrameworks(act) {
  const before = process.cwd();
  process.chdir(frameworks);
  try {
    return await act();
  } finally {
    process.chdir(before);
  }
}

/** @param {string} output @param {string} name */
function arrowRows(output, name) {
  const { tableFromIPC } = framework('apache-arrow');
  const table = tableFromIPC(fs.readFileSync(path.join(output, `${name}.arrow`)));
  const number = (/** @type {any} */ value) => (typeof value === 'bigint' ? Number(value) : value);
  return table
    .toArray()
    .map((/** @type {any} */ row) =>
      Object.fromEntries([...row].map(([column, value]) => [column, number(value)])),
    );
}

test('lines of JSON, Parquet and Arrow say what the snapshot says', async () => {
  const file = path.join(directory, 'heap.heapsnapshot');
  fs.writeFileSync(file, sessionsText(2000));
  const nodes = readNodes(file);
  const snapshot = await openSnapshot(file);
  const [lines, parquet, arrow] = ['lines', 'parquet', 'arrow'].map((name) => path.join(directory, name));
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

  await inFrameworks(() => exportTables(snapshot, { format: 'arrow', output: arrow }));

  const { asyncBufferFromFile, parquetReadObjects } = await import('hyparquet');
  const number = (/** @type {any} */ value) => (typeof value === 'bigint' ? Number(value) : value);
  for (const name of ['nodes', 'edges', 'classes', 'findings']) {
    const buffer = await asyncBufferFromFile(path.join(parquet, `${name}.parquet`));
    const read = (await parquetReadObjects({ file: buffer })).map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key, number(value)])),
    );
    assert.deepEqual(read, linesOf(lines, name), name);
    assert.deepEqual(arrowRows(arrow, name), linesOf(lines, name), name);
  }
  for (const format of ['parquet', 'arrow']) {
    const { mode } = fs.statSync(path.join(directory, format, `nodes.${format}`));
    assert.equal(mode & 0o077, 0, 'a heap holds secrets');
  }
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
  assert.deepEqual(fs.readdirSync(stopped), []);
  snapshot.close();
});

test('of two exports into one place at once the last one stays, and is whole', async () => {
  const files = [50, 900].map((count) => {
    const file = path.join(directory, `${count}.heapsnapshot`);
    fs.writeFileSync(file, sessionsText(count));
    return file;
  });
  const output = path.join(directory, 'both');
  const asked = (/** @type {string} */ file) => ['export', file, '--output', output, '--overwrite', '--json'];
  const told = await Promise.all([...files, ...files].map((file) => runCli(asked(file))));
  for (const { code, stderr } of told) assert.equal(code, 0, stderr);
  assert.deepEqual(
    fs.readdirSync(output).sort(),
    ['classes', 'edges', 'findings', 'nodes'].map((name) => `${name}.ndjson`),
  );
  const counts = files.map((file) => readNodes(file).length);
  assert.ok(counts.includes(linesOf(output, 'nodes').length));

  // Within one process too, where the second begins while the first writes; and without leave, one of them is refused.
  const snapshots = await Promise.all(files.map((file) => openSnapshot(file)));
  const together = (/** @type {string} */ name, /** @type {boolean} */ overwrite) =>
    Promise.allSettled(
      snapshots.map((snapshot) =>
        exportTables(snapshot, { format: 'ndjson', output: path.join(directory, name), overwrite }),
      ),
    );
  assert.deepEqual(
    (await together('both', true)).map(({ status }) => status),
    ['fulfilled', 'fulfilled'],
  );
  const results = await together('one', false);
  const refused = results.filter((result) => result.status === 'rejected');
  assert.deepEqual(
    refused.map(({ reason }) => reason.code),
    ['ERR_HEAP_EXISTS'],
  );
  assert.equal(fs.readdirSync(path.join(directory, 'one')).length, 4);
  for (const snapshot of snapshots) snapshot.close();
});

test('Arrow in batches: columns, schema, all rows of each batch, and tables without rows', async () => {
  const file = path.join(directory, 'long.heapsnapshot');
  fs.writeFileSync(file, sessionsText(60_000));
  const outputs = ['long', 'long-lines', 'empty', 'odd', 'odd-lines'].map((name) =>
    path.join(directory, name),
  );
  const [long, longLines, empty, odd, oddLines] = outputs;
  const synthetic = path.join(__dirname, '..', '..', '..', 'fixtures', 'synthetic');
  const written = async (
    /** @type {string} */ from,
    /** @type {string} */ format,
    /** @type {string} */ output,
  ) => {
    const { code, stderr } = await runCli(['export', from, '--format', format, '--output', output], {
      cwd: frameworks,
    });
    assert.equal(code, 0, stderr);
  };
  await written(file, 'arrow', long);
  await written(file, 'ndjson', longLines);
  await written(path.join(synthetic, 'root-only.heapsnapshot.zst'), 'arrow', empty);
  await written(path.join(synthetic, 'strings.heapsnapshot.zst'), 'arrow', odd);
  await written(path.join(synthetic, 'strings.heapsnapshot.zst'), 'ndjson', oddLines);

  const { tableFromIPC } = framework('apache-arrow');
  const table = tableFromIPC(fs.readFileSync(path.join(long, 'nodes.arrow')));
  assert.ok(table.batches.length > 1, `${table.numRows} rows in ${table.batches.length} batch`);
  for (const { numRows } of table.batches) assert.ok(numRows <= 50_000, String(numRows));
  for (const [name, { columns }] of Object.entries(TABLES)) {
    const arrowTypes = { INT32: 'Int32', INT64: 'Int64', STRING: 'Utf8' };
    for (const output of [long, empty]) {
      const { schema } = tableFromIPC(fs.readFileSync(path.join(output, `${name}.arrow`)));
      assert.deepEqual(
        schema.fields.map((/** @type {any} */ field) => [field.name, String(field.type), field.nullable]),
        Object.entries(columns).map(([column, type]) => [column, arrowTypes[type], false]),
      );
    }
    assert.deepEqual(arrowRows(long, name), linesOf(longLines, name), name);
    assert.deepEqual(arrowRows(odd, name), linesOf(oddLines, name), name);
  }
  assert.deepEqual(arrowRows(empty, 'edges'), []);
  assert.equal(arrowRows(empty, 'nodes').length, 1);
});

test('without the package that writes a format: what to install, and no table', async () => {
  const file = path.join(__dirname, '..', '..', '..', 'fixtures', 'synthetic', 'minimal.heapsnapshot.zst');
  const output = path.join(directory, 'missing');
  const { code, stderr } = await runCli(['export', file, '--format', 'arrow', '--output', output], {
    cwd: directory,
  });
  assert.equal(code, 3);
  assert.match(stderr, /apache-arrow, which is not installed: npm install apache-arrow$/m);
  assert.deepEqual(fs.readdirSync(output), []);
});
