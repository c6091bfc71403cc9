// @ts-check
/**
 * The peer table: the same snapshots, analysed by us and by others, one after another in one run. Whole processes:
 * wall time from outside, CPU time and peak memory as the system counted them.
 *
 *     node benches/peers.js [--sizes 4,100,300] [--node 22] [--runs 3] [--write]
 *
 * Each figure is the median of the runs. `--write` puts the table into benches/RESULTS.md.
 */
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { make } = require('../fixtures/make');

const CONTENDERS = [
  { file: 'heap-analyzer.js', name: 'heap-analyzer analyze' },
  { file: 'heap-analyzer-owned.js', name: 'heap-analyzer analyze(), file read into memory' },
  { file: 'json-parse.js', name: 'JSON.parse alone' },
  { file: 'devtools.js', name: 'Chrome DevTools worker' },
];

/** @typedef {{ wallSeconds: number, cpuSeconds: number, peakBytes: number }} Cost */

/** @param {number[]} values */
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * @param {string} contender
 * @param {string} snapshot
 * @returns {Promise<Cost | string>} what it cost, or why there is no figure
 */
function run(contender, snapshot) {
  return new Promise((resolve) => {
    const started = process.hrtime.bigint();
    const child = spawn(
      process.execPath,
      [
        '--max-old-space-size=16384',
        '--require',
        path.join(__dirname, 'measure.js'),
        path.join(__dirname, 'contenders', contender),
        snapshot,
      ],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
    );
    let report = '';
    let complaint = '';
    child.stdio[3]?.on('data', (chunk) => (report += chunk));
    child.stderr?.on('data', (chunk) => (complaint += chunk));
    child.on('close', (code) => {
      const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
      if (code !== 0 || report === '') {
        const reason = /^\w*Error.*$/m.exec(complaint)?.[0] ?? `exit code ${code}`;
        resolve(`fails: ${reason}`);
      } else {
        resolve({ wallSeconds, ...JSON.parse(report) });
      }
    });
  });
}

/** @param {string} contender @param {string} snapshot @param {number} runs */
async function measure(contender, snapshot, runs) {
  /** @type {Cost[]} */
  const costs = [];
  for (let i = 0; i < runs; i++) {
    const cost = await run(contender, snapshot);
    if (typeof cost === 'string') return cost;
    costs.push(cost);
  }
  return {
    wallSeconds: median(costs.map((cost) => cost.wallSeconds)),
    cpuSeconds: median(costs.map((cost) => cost.cpuSeconds)),
    peakBytes: median(costs.map((cost) => cost.peakBytes)),
  };
}

/** @param {number} number */
const seconds = (number) => number.toFixed(number < 10 ? 2 : 1);

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
    `${os.cpus().length} cores (${os.cpus()[0].model.trim()}), Node ${process.version}, ${new Date().toISOString().slice(0, 10)}, ` +
      `median of ${values.runs} runs, whole processes. Snapshots written by Node ${values.node} (\`fixtures/programs/sized.js\`).`,
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
  if (values.write) {
    const head =
      '# Measured against others\n\nWritten by `node benches/peers.js --write`. Compare the ratios of one run; absolute times differ between machines.\n\n';
    fs.writeFileSync(path.join(__dirname, 'RESULTS.md'), `${head}${lines.join('\n')}\n`);
  }
}

main();
