// @ts-check
// Runs the conformance suite: `node conformance/run.js --small` for every change, `--full` for a release. One line a
// fixture, the first differences under it, and a closing line; ends with 1 when any figure differs.
'use strict';

const os = require('node:os');
const { isDeepStrictEqual, parseArgs } = require('node:util');

const { loadNative } = require('../lib/native');
const { enginePair, engineSnapshot, OTHER_WAY } = require('./engine');
const { EXCEPTIONS } = require('./exceptions');
const { askPair, askSnapshot, failure } = require('./oracle');
const { askOnce } = require('./oracle-cache');
const { cases } = require('./suite');
const { judge } = require('./verdict');

/** @typedef {import('./suite').Case} Case */

const SHOWN = 8;
const USAGE = `usage: node conformance/run.js [--small | --full] [--node 20,22] [--only NAME] [--random N] [--jobs N]

  --small     synthetic and random snapshots, every program on every Node version (default)
  --full      more and bigger random snapshots, pairs of every program, heaps of up to 300 MB
  --node      only what these Node versions wrote
  --only      only fixtures whose name contains this
  --random N  seeds 1 to N (default 300, with --full 2000)
  --jobs N    fixtures at a time (default: processors)`;

/**
 * @typedef {object} Report
 * @property {Case} test
 * @property {boolean} passed
 * @property {string[]} details
 * @property {Map<string, number>} exceptions
 * @property {number} nodes
 * @property {number} edges
 * @property {number} rows of a comparison
 * @property {number} milliseconds
 */

/**
 * @param {Case} test
 * @returns {Promise<Report>}
 */
async function runCase(test) {
  const start = performance.now();
  /** @type {Report} */
  const report = {
    test,
    passed: false,
    details: [],
    exceptions: new Map(),
    nodes: 0,
    edges: 0,
    rows: 0,
    milliseconds: 0,
  };
  try {
    const inputs = await test.inputs();
    const engine = await answer(inputs);
    const { differences, exceptions } = await judge((mends) => ask(inputs, mends), engine, inputs.length > 1);
    if ('nodeCount' in engine) Object.assign(report, { nodes: engine.nodeCount, edges: engine.edgeCount });
    else report.rows = engine.rowCount;
    report.exceptions = exceptions;
    report.passed = differences.length === 0;
    if (!report.passed) report.details.push(`${differences.length} differences`);
    if (!isDeepStrictEqual(await answer(inputs, OTHER_WAY), engine)) {
      report.passed = false;
      report.details.push(`the engine answers differently with ${text(OTHER_WAY)}`);
    }
    for (const { where, field, expected, actual } of differences.slice(0, SHOWN)) {
      report.details.push(`  ${where}: ${field}: DevTools ${text(expected)}, engine ${text(actual)}`);
    }
  } catch (error) {
    report.details.push(/** @type {Error} */ (error).stack ?? String(error));
  }
  report.milliseconds = performance.now() - start;
  return report;
}

/**
 * @param {(string | Buffer)[]} inputs
 * @param {object} [way]
 */
function answer([first, second], way) {
  return second ? enginePair(first, second, way) : engineSnapshot(first, way);
}

/**
 * Random graphs are asked here, since a process for each of hundreds would take longer than the answers.
 * @param {(string | Buffer)[]} inputs
 * @param {string[]} mends
 */
function ask(inputs, mends) {
  if (inputs.every((input) => typeof input === 'string')) return askOnce(inputs, mends);
  const [first, second] = inputs;
  return (second ? askPair(first, second, mends) : askSnapshot(first, mends)).catch(failure);
}

/** @param {unknown} value */
function text(value) {
  return value === undefined ? 'nothing' : String(JSON.stringify(value)).slice(0, 300);
}

/** @param {Map<string, number>} exceptions */
function exceptionText(exceptions) {
  const names = EXCEPTIONS.map(({ name }) => name).filter((name) => exceptions.has(name));
  return names.length
    ? `  (DevTools bugs: ${names.map((name) => `${name} ${exceptions.get(name)}`).join(', ')})`
    : '';
}

/** @param {Report} report */
function printReport({ test, passed, details, exceptions, nodes, edges, rows, milliseconds }) {
  const counts = [nodes && `${nodes} nodes  ${edges} edges`, rows && `${rows} rows`]
    .filter(Boolean)
    .join('  ');
  const seconds = `${(milliseconds / 1000).toFixed(1)} s`;
  const result = passed ? '0 differences' : 'FAILED';
  console.log(
    `${test.name.padEnd(36)} ${counts.padEnd(38)} ${result}${exceptionText(exceptions)}  ${seconds}`,
  );
  for (const line of details) console.log(`    ${line}`);
}

/** @param {Report[]} reports of random graphs: one line for all that pass */
function printRandom(reports) {
  /** @type {Map<string, number>} */
  const exceptions = new Map();
  const sum = { nodes: 0, edges: 0, rows: 0, milliseconds: 0 };
  for (const report of reports) {
    for (const field of /** @type {const} */ (['nodes', 'edges', 'rows', 'milliseconds']))
      sum[field] += report[field];
    for (const [name, count] of report.exceptions) exceptions.set(name, (exceptions.get(name) ?? 0) + count);
    if (!report.passed) {
      printReport(report);
      const [, seed, size = ''] = report.test.name.split(' ');
      const pair = report.test.name.startsWith('random-pair') ? ' --pair=base' : '';
      console.log(`    node fixtures/random.js ${seed} ${size}${pair} writes it`);
    }
  }
  const passed = reports.every((report) => report.passed);
  const test = { name: `random graphs and pairs (${reports.length})`, inputs: async () => [] };
  printReport({ test, passed, details: [], exceptions, ...sum });
}

/**
 * @param {Case[]} tests
 * @param {number} jobs
 * @param {(report: Report) => void} done called in the order of the tests
 */
async function runAll(tests, jobs, done) {
  /** @type {(Report | undefined)[]} */
  const reports = [];
  let started = 0;
  let reported = 0;
  const worker = async () => {
    while (started < tests.length) {
      const index = started++;
      reports[index] = await runCase(tests[index]);
      for (let next = reports[reported]; next; next = reports[++reported]) {
        done(next);
        // Released, since the results of big heaps are big too.
        reports[reported] = { ...next, details: [] };
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

async function main() {
  const { values } = parseArgs({
    options: {
      small: { type: 'boolean' },
      full: { type: 'boolean', default: false },
      node: { type: 'string' },
      only: { type: 'string' },
      random: { type: 'string' },
      jobs: { type: 'string', default: String(os.availableParallelism()) },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(USAGE);
  loadNative();
  const versions = values.node?.split(',').map(Number);
  const random = Number(values.random ?? (values.full ? 2000 : 300));
  const tests = cases({ full: values.full, random }).filter(
    ({ name, node }) => (!versions || (node && versions.includes(node))) && name.includes(values.only ?? ''),
  );

  let passed = 0;
  /** @type {Report[]} */
  let gathered = [];
  const flush = () => {
    if (gathered.length) printRandom(gathered);
    gathered = [];
  };
  await runAll(tests, Number(values.jobs), (report) => {
    if (report.passed) passed++;
    if (report.test.random) return gathered.push(report);
    flush();
    printReport(report);
  });
  flush();
  console.log(`${passed} passed, ${tests.length - passed} failed`);
  // Having compared nothing is no success either.
  if (passed < tests.length || tests.length === 0) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
