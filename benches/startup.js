// @ts-check
/**
 * What the command line takes beside the engine: `--version`, `--help` and `analyze` against Node doing nothing, and
 * against Node doing nothing but calling the engine. In turns, since a millisecond is what is looked for.
 *
 *     node benches/startup.js [--runs 40] [--binary NODE] [--write]
 *
 * Least and median of the runs. `--write` puts the table into its section of benches/RESULTS.md.
 */
'use strict';

const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { make } = require('../fixtures/make');
const { machine, median, ours, run } = require('./processes');
const { table, writeSection } = require('./results');

const SCRIPTS = path.join(__dirname, 'contenders');

async function main() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '40' },
      binary: { type: 'string', default: process.execPath },
      write: { type: 'boolean', default: false },
    },
  });
  const node = values.binary;
  const file = await make({ program: 'sized', node: 22, args: ['--megabytes=4'] });
  const cli = (/** @type {string[]} */ ...args) => [node, ...ours(...args).slice(1)];
  const nothing = { name: 'Node doing nothing', command: [node, path.join(SCRIPTS, 'nothing.js')], above: 0 };
  const engine = {
    name: 'Node calling the engine',
    command: [node, path.join(SCRIPTS, 'engine.js'), file],
    above: 0,
  };
  const contenders = [
    nothing,
    { name: 'heap-analyzer --version', command: cli('--version'), above: 0 },
    { name: 'heap-analyzer --help', command: cli('--help'), above: 0 },
    engine,
    { name: 'heap-analyzer analyze --sections none --json', command: cli('analyze', file, '--sections', 'none', '--json'), above: 3 },
    { name: 'heap-analyzer analyze (text, with hints)', command: cli('analyze', file), above: 3 },
  ]; // prettier-ignore
  /** @type {import('./processes').Cost[][]} */
  const costs = contenders.map(() => []);
  for (let round = 0; round < Number(values.runs); round++) {
    for (const [index, { name, command }] of contenders.entries()) {
      const cost = await run(command);
      if (typeof cost === 'string') throw new Error(`${name} ${cost}`);
      costs[index].push(cost);
    }
  }
  /** @param {number} index @param {'wallSeconds' | 'cpuSeconds'} what @param {(all: number[]) => number} of */
  const figure = (index, what, of) => of(costs[index].map((cost) => cost[what])) * 1e3;
  const least = (/** @type {number[]} */ all) => Math.min(...all);
  const rows = contenders.map(({ name, above }, index) => [
    name,
    `${figure(index, 'wallSeconds', least).toFixed(1)} / ${figure(index, 'wallSeconds', median).toFixed(1)}`,
    `${figure(index, 'cpuSeconds', least).toFixed(1)} / ${figure(index, 'cpuSeconds', median).toFixed(1)}`,
    ...[least, median].map((of) =>
      index === above ? '' : (figure(index, 'cpuSeconds', of) - figure(above, 'cpuSeconds', of)).toFixed(1),
    ),
    index === above ? '' : contenders[above].name,
  ]);
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  const text = [
    `Written by \`node benches/startup.js --write\`. ${machine()}, measured on Node ${version}: least / median of ` +
      `${values.runs} runs in turns, whole processes, milliseconds. What comes above is told in CPU time, which other work on ` +
      'the machine disturbs less. The snapshot has 62,520 nodes.',
    '',
    table(['', 'wall ms', 'CPU ms', 'least CPU above', 'median CPU above', 'what'], rows),
  ].join('\n');
  console.log(text);
  if (values.write) await writeSection('Start-up', text);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
