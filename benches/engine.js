// @ts-check
/**
 * The engine's steps, each alone: time per node and edge, and how fast the bytes of a file become columns.
 *
 *     node benches/engine.js [--sizes 100,1000@24] [--threads 1,2] [--runs 7] [--write]
 *
 * Least of the runs: a step is computed the same each time, and all else is disturbance. `--write` puts the tables into
 * their section of benches/RESULTS.md.
 */
'use strict';

const { parseArgs } = require('node:util');

const { make } = require('../fixtures/make');
const { buildEngineBench, runEngineBench } = require('./engine-bench');
const { machine } = require('./processes');
const { table, writeSection } = require('./results');

/** @typedef {import('./engine-bench').Report} Report */

/** @param {number[]} values */
const least = (values) => Math.min(...values);

/** @param {Report[]} reports of one file, by number of threads */
function section(reports) {
  const { bytes, nodes, edges, strings } = reports[0].counts;
  const count = (/** @type {number} */ number) => number.toLocaleString('en');
  const times = reports.map(({ steps }) => steps.map(({ seconds }) => least(seconds)));
  const rows = reports[0].steps.map(({ name }, step) => [
    name,
    ...times.map((of) => (of[step] * 1e3).toFixed(1)),
    ((times[0][step] / nodes) * 1e9).toFixed(1),
    ((times[0][step] / edges) * 1e9).toFixed(1),
  ]);
  const sums = times.map((of) => of.reduce((sum, seconds) => sum + seconds, 0));
  rows.push([
    'together',
    ...sums.map((sum) => (sum * 1e3).toFixed(1)),
    ((sums[0] / nodes) * 1e9).toFixed(1),
    ((sums[0] / edges) * 1e9).toFixed(1),
  ]);
  const threads = (/** @type {Report} */ report) =>
    `${report.threads} ${report.threads === 1 ? 'thread' : 'threads'}`;
  const speed = reports.map(
    (report, index) => `${(bytes / 1e9 / times[index][0]).toFixed(2)} GB/s with ${threads(report)}`,
  );
  const first = threads(reports[0]);
  return [
    `### ${(bytes / 1e6).toFixed(0)} MB: ${count(nodes)} nodes, ${count(edges)} edges, ${count(strings)} strings`,
    '',
    `Bytes become columns (\`open\`) at ${speed.join(', ')}.`,
    '',
    table(
      [
        '',
        ...reports.map((report) => `ms, ${threads(report)}`),
        `ns per node, ${first}`,
        `ns per edge, ${first}`,
      ],
      rows,
    ),
    '',
  ].join('\n');
}

async function main() {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '100,1000@24' },
      threads: { type: 'string', default: '1,2' },
      runs: { type: 'string', default: '7' },
      write: { type: 'boolean', default: false },
    },
  });
  const bench = buildEngineBench();
  const lines = [
    `Written by \`node benches/engine.js --write\`. ${machine()}, least of ${values.runs} runs, snapshots written by ` +
      '`fixtures/programs/sized.js`, in the page cache. Each step alone; in an analysis those that need nothing of each ' +
      'other run side by side.',
    '',
  ];
  for (const size of values.sizes.split(',')) {
    const [megabytes, node = 22] = size.split('@').map(Number);
    const file = await make({ program: 'sized', node, args: [`--megabytes=${megabytes}`] });
    const reports = values.threads
      .split(',')
      .map((threads) => runEngineBench(bench, [file, '--threads', threads, '--runs', values.runs]));
    lines.push(section(reports));
  }
  const text = lines.join('\n');
  console.log(text);
  if (values.write) await writeSection('Steps of the engine', text);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
