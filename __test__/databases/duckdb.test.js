'use strict';

/**
 * The ten questions of examples/duckdb in the real DuckDB, to the tables of a real heap: each answer held against what the
 * objects of the same snapshot say. DuckDB takes 70 MB, so `npm run test:full` alone installs it and runs this.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { openSnapshot } = require('../..');
const { root, run, runCli } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

const text = fs.readFileSync(path.join(root, 'examples', 'duckdb', 'questions.sql'), 'utf8');
/** Without their comments, the first at 0. */
const questions = text
  .split(/^-- \d+\. .*$/m)
  .slice(1)
  .map((part) => part.replace(/;\s*$/, ''));

/**
 * A program whose heap has an answer to each: sessions that stay, equal texts, some of which differ from others after
 * their first 60 letters alone, and a variable of a scope that holds much.
 */
const PROGRAM = `
  const sessions = new Map();
  class Session { constructor(i) { this.id = 'session ' + i; this.country = ['Switzer', 'land'].join(i % 2 ? 'x' : ''); } }
  for (let i = 0; i < 5000; i++) sessions.set(i, new Session(i));
  const keep = [];
  function handler() { const rows = Array.from({ length: 3000 }, (_, i) => ({ row: i })); return () => rows.length; }
  const letters = [];
  for (let i = 0; i < 400; i++) letters.push(Buffer.from('a letter that '.repeat(10) + 'ends in ' + i % 2).toString());
  keep.push(handler(), sessions, letters);
  globalThis.keep = keep;
  require('node:v8').writeHeapSnapshot(process.argv[1]);
`;

/** @typedef {Record<string, any>} Row */

/** @param {Iterable<any>} items @param {(item: any) => string | null} key @param {(row: Row, item: any) => void} add */
function groups(items, key, add) {
  /** @type {Map<string, Row>} */
  const found = new Map();
  for (const item of items) {
    const name = key(item);
    if (name === null) continue;
    const row = found.get(name) ?? found.set(name, {}).get(name);
    add(/** @type {Row} */ (row), item);
  }
  return found;
}
/** @param {Row} row @param {string} name @param {number} by */
const plus = (row, name, by) => (row[name] = (row[name] ?? 0) + by);
const short = (/** @type {string} */ name) => [...name].slice(0, 60).join('');

/**
 * Every row that there could be, for each question: what the objects say.
 * @param {import('../..').HeapSnapshot} snapshot
 * @returns {Promise<Array<{ rows: Row[], by: string, most: number, rising?: true }>>} `by` orders them
 */
async function answers(snapshot) {
  const all = [...snapshot.nodes()];
  const edges = all.flatMap((node) => [...node.edges()]);
  const sized = (/** @type {Row} */ row, /** @type {any} */ node) => {
    plus(row, 'nodes', 1);
    plus(row, 'bytes', node.selfSize);
  };
  const types = groups(
    all,
    (node) => node.type,
    (row, node) => sized(Object.assign(row, { type: node.type }), node),
  );
  const keepers = groups(
    all,
    (node) => JSON.stringify([(node.dominator ?? node).class, node.class]),
    (row, node) =>
      sized(Object.assign(row, { keeper: (node.dominator ?? node).class, kept: node.class }), node),
  );
  const texts = groups(
    all,
    (node) => (node.type === 'string' ? node.name : null),
    (row, node) => {
      row.text = short(node.name);
      row.largest = Math.max(row.largest ?? 0, node.selfSize);
      plus(row, 'copies', 1);
      plus(row, 'bytes', node.selfSize);
    },
  );
  const properties = groups(
    edges,
    (edge) =>
      edge.kind === 'property' && edge.to.type === 'string' ? `${edge.from.class}.${edge.name}` : null,
    (row, edge) => {
      row.property = `${edge.from.class}.${edge.name}`;
      plus(row, 'strings', 1);
      plus(row, 'bytes', edge.to.selfSize);
    },
  );
  const variables = groups(
    edges,
    (edge) => (edge.kind === 'context' ? String(edge.name) : null),
    (row, edge) => {
      row.variable = edge.name;
      plus(row, 'scopes', 1);
      row.largest = Math.max(row.largest ?? 0, edge.to.retainedSize);
    },
  );
  const distances = groups(
    all,
    ({ distance }) => (distance >= 0 && distance < 100_000_000 ? String(distance) : null),
    (row, node) => sized(Object.assign(row, { distance: node.distance }), node),
  );
  const classes = await snapshot.classes();
  const findings = await snapshot.findings();
  return [
    { rows: [...types.values()], by: 'bytes', most: Infinity },
    {
      rows: classes.map(({ name, count, selfSize, retainedSize }) => ({
        ...{ name, count, self_size: selfSize, retained_size: retainedSize },
      })),
      ...{ by: 'retained_size', most: 10 },
    },
    {
      rows: all
        .filter(({ type }) => type === 'object' || type === 'closure')
        .map((node) => ({
          ...{ id: node.id, class: node.class, name: short(node.name), retained_size: node.retainedSize },
        })),
      ...{ by: 'retained_size', most: 10 },
    },
    { rows: [...keepers.values()], by: 'bytes', most: 10 },
    {
      rows: [...texts.values()]
        .filter(({ copies }) => copies > 1)
        .map(({ text: shown, copies, bytes, largest }) => ({ text: shown, copies, wasted: bytes - largest })),
      ...{ by: 'wasted', most: 10 },
    },
    { rows: [...properties.values()], by: 'bytes', most: 10 },
    {
      rows: all
        .filter(({ type }) => type === 'object')
        .map((node) => ({ id: node.id, class: node.class, edge_count: node.edgeCount })),
      ...{ by: 'edge_count', most: 10 },
    },
    { rows: [...variables.values()], by: 'largest', most: 10 },
    { rows: [...distances.values()], by: 'distance', most: 20, rising: true },
    {
      rows: findings.map(({ grade, pattern, bytes, sentence }) => ({
        ...{ grade, pattern, retained_size: bytes.retained, sentence },
      })),
      ...{ by: 'retained_size', most: Infinity },
    },
  ];
}

/** DuckDB's sums are huge integers, and ours are below 2^53. @param {Row} row */
const plain = (row) =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
  );
/** With its columns in one order. @param {Row} row */
const line = (row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));

test('there are ten questions', () => {
  assert.equal(questions.length, 10);
  for (const question of questions) assert.match(question, /SELECT[^]*FROM 'tables\/\w+\.parquet'/);
});

if (process.env.HEAP_ANALYZER_FULL_TESTS === '1') {
  test('DuckDB answers them as the objects do, from Parquet and from lines of JSON', async (t) => {
    const { DuckDBInstance } = require('@duckdb/node-api');
    const directory = temporaryDirectory(t);
    const file = path.join(directory, 'heap.heapsnapshot');
    const made = await run(['-e', PROGRAM, file]);
    assert.equal(made.code, 0, made.stderr);
    const snapshot = await openSnapshot(file);
    const expected = await answers(snapshot);
    snapshot.close();

    const instance = await DuckDBInstance.create(':memory:', {
      // Only what is in the package: nothing is downloaded.
      ...{ autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' },
    });
    const connection = await instance.connect();
    t.after(() => {
      connection.closeSync();
      instance.closeSync();
    });
    await connection.run(`SET file_search_path = '${directory.replaceAll("'", "''")}'`);
    for (const format of ['parquet', 'ndjson']) {
      const output = path.join(directory, 'tables');
      const told = await runCli(['export', file, '--format', format, '--output', output, '--quiet']);
      assert.equal(told.code, 0, told.stderr);
      for (const [index, { rows, by, most, rising }] of expected.entries()) {
        const question = questions[index].replaceAll('.parquet', `.${format}`);
        const answer = (await connection.runAndReadAll(question)).getRowObjectsJS().map(plain);
        const name = `question ${index + 1} from ${format}`;
        assert.ok(answer.length > 0, name);
        const known = new Set(rows.map(line));
        for (const row of answer) assert.ok(known.has(line(row)), `${name}: ${line(row)}`);
        assert.equal(new Set(answer.map(line)).size, answer.length, name);
        // Where several are equal, any of them may be the last.
        const figures = rows.map((row) => row[by]).sort((a, b) => (rising ? a - b : b - a));
        assert.deepEqual(
          answer.map((row) => row[by]),
          figures.slice(0, most),
          name,
        );
      }
    }
  });
}
