// @ts-check
/**
 * The peer table: the same snapshots, analysed by us and by others, one after another in one run. Whole processes:
 * wall time from outside, CPU time and peak memory as the system counted them.
 *
 *     node benches/peers.js [--sizes 4,100,300] [--node 22] [--runs 3] [--write]
 *
 * Each figure is the median of the runs. `--write` puts the table into its section of benches/RESULTS.md.
 */
'use strict';

const fs = require('node:fs');
const { parseArgs } = require('node:util');

const { make } = require('../fixtures/make');
const { conditions, medianCost, run, seconds } = require('./processes');
const { writeSection } = require('./results');

const CONTENDERS = [
  { file: 'heap-analyzer.js', name: 'heap-analyzer analyze' },
  { file: 'heap-analyzer-owned.js', name: 'heap-analyzer analyze(), file read into memory' },
  { file: 'json-parse.js', name: 'JSON.parse alone' },
  { file: 'devtools.js', name: 'Chrome DevTools worker' },
];

/** @param {string} contender @param {string} snapshot @param {number} runs */
async function measure(contender, snapshot, runs) {
  const costs = [];
  for (let i = 0; i < runs; i++) {
    const cost = await run(contender, snapshot);
    if (typeof cost === 'string') return cost;
    costs.push(cost);
  }
  return medianCost(costs);
}

async function main() {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '4,100,300' },
      node: { type: 'string', default: '22' },
      runs: { type: 'string', default: '3' },
      write: { type: 'boolean', default: false },
    },
  });
  const lines = [
    `Written by \`node benches/peers.js --write\`. ${conditions(Number(values.runs))} ` +
      `Snapshots written by Node ${values.node} (\`fixtures/programs/sized.js\`). We analyse without the sections one has ` +
      'to ask for (hints, packages, duplicates).',
  ];
  for (const size of values.sizes.split(',')) {
    const snapshot = await make({
      program: 'sized',
      node: Number(values.node),
      args: [`--megabytes=${size}`],
    });
    const bytes = fs.statSync(snapshot).size;
    lines.push('', `### ${(bytes / 1e6).toFixed(0)} MB`, '');
    lines.push(
      '| | wall s | CPU s | peak MiB | peak ÷ file | GB/s | times our wall |',
      '|---|--:|--:|--:|--:|--:|--:|',
    );
    /** @type {number | undefined} */
    let ours;
    for (const { file, name } of CONTENDERS) {
      process.stderr.write(`${name}, ${size} MB\n`);
      const cost = await measure(file, snapshot, Number(values.runs));
      if (typeof cost === 'string') {
        lines.push(`| ${name} | ${cost} | | | | | |`);
        continue;
      }
      ours ??= cost.wallSeconds;
      lines.push(
        `| ${[
          name,
          seconds(cost.wallSeconds),
          seconds(cost.cpuSeconds),
          (cost.peakBytes / 2 ** 20).toFixed(0),
          (cost.peakBytes / bytes).toFixed(2),
          (bytes / 1e9 / cost.wallSeconds).toFixed(3),
          (cost.wallSeconds / ours).toFixed(1),
        ].join(' | ')} |`,
      );
    }
  }
  console.log(lines.join('\n'));
  if (values.write) writeSection('Against others', lines.join('\n'));
}

main();
