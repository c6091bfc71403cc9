// @ts-check
/**
 * What finding leaks costs beside reading alone: `find-leaks` over three snapshots of one process, against the sum of
 * `analyze` on each of the three. Whole processes, in turns, so that what else the machine does meets both alike.
 *
 *     node benches/leaks.js [--size 100] [--node 22] [--runs 5] [--write]
 *
 * Each figure is the median of the runs; the ratio is of the medians. `--write` puts the table into its section of
 * benches/RESULTS.md.
 */
'use strict';

const fs = require('node:fs');
const { parseArgs } = require('node:util');

const { makeSeries } = require('../fixtures/make');
const { machine, medianCost, ours, run, seconds } = require('./processes');
const { table, writeSection } = require('./results');

/** Finding leaks must not cost more than this many times the analyses. */
const MOST = 1.5;

/** @typedef {import('./processes').Cost} Cost */

/**
 * @param {string[]} args of our command line
 * @returns {Promise<Cost>}
 */
async function cost(...args) {
  const answer = await run(ours(...args, '--json', '--quiet', '--no-cache'));
  if (typeof answer === 'string') throw new Error(`${args[0]} ${answer}`);
  return answer;
}

/**
 * One after another: times add up, memory does not.
 * @param {Cost[]} costs
 * @returns {Cost}
 */
const together = (costs) => ({
  wallSeconds: costs.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0),
  cpuSeconds: costs.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
  peakBytes: Math.max(...costs.map(({ peakBytes }) => peakBytes)),
});

async function main() {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', default: '100' },
      node: { type: 'string', default: '22' },
      runs: { type: 'string', default: '5' },
      write: { type: 'boolean', default: false },
    },
  });
  const series = await makeSeries({
    program: 'series',
    node: Number(values.node),
    args: [`--megabytes=${values.size}`],
  });
  const megabytes = series.map((file) => (fs.statSync(file).size / 1e6).toFixed(0));
  /** @type {Cost[]} */
  const found = [];
  /** @type {Cost[]} */
  const analysed = [];
  for (let i = 0; i < Number(values.runs); i++) {
    process.stderr.write(`run ${i + 1}\n`);
    found.push(await cost('find-leaks', '--snapshots', ...series, '--fail-on', 'never'));
    const each = [];
    for (const file of series) each.push(await cost('analyze', file, '--sections', 'none'));
    analysed.push(together(each));
  }
  const finding = medianCost(found);
  const analysing = medianCost(analysed);
  const ratio = finding.wallSeconds / analysing.wallSeconds;
  const row = (/** @type {string} */ name, /** @type {Cost} */ { wallSeconds, cpuSeconds, peakBytes }) => [
    name,
    seconds(wallSeconds),
    seconds(cpuSeconds),
    (peakBytes / 2 ** 20).toFixed(0),
    (wallSeconds / analysing.wallSeconds).toFixed(2),
  ];
  const text = [
    `Written by \`node benches/leaks.js --write\`. ${machine()}, median of ${values.runs} runs in turns, whole ` +
      `processes. Three snapshots of one process, ${megabytes.join(', ')} MB, written by Node ${values.node} ` +
      `(\`fixtures/programs/series.js\`). It must not be more than ${MOST} times the analyses.`,
    '',
    table(
      ['', 'wall s', 'CPU s', 'peak MiB', 'times the analyses'],
      [
        row('heap-analyzer find-leaks on the three', finding),
        row('heap-analyzer analyze on each, together', analysing),
      ],
    ),
  ].join('\n');
  console.log(text);
  if (values.write) await writeSection('Finding leaks', text);
  if (ratio > MOST) {
    console.error(`${ratio.toFixed(2)} times the analyses is more than ${MOST}`);
    process.exitCode = 1;
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
