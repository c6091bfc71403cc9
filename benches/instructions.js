// @ts-check
/**
 * Instructions of the engine's steps, counted by Callgrind on a snapshot that is the same everywhere. Times on a busy
 * machine hide a slowdown of a tenth; counts do not.
 *
 *     apt-get install valgrind
 *     node benches/instructions.js [--write]
 *
 * One thread, so that the order of all work is the same. Cache misses are those of a simulated processor (32 KB, 8-way;
 * 2 MB, 16-way), not of the machine it runs on. Linux only; `--write` puts the table into its section of
 * benches/RESULTS.md.
 */
'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { parseArgs } = require('node:util');

const { buildEngineBench, runEngineBench } = require('./engine-bench');
const { table, writeSection } = require('./results');
const { syntheticHeap } = require('./synthetic-heap');

const CACHES = ['--cache-sim=yes', '--I1=32768,8,64', '--D1=32768,8,64', '--LL=2097152,16,64'];

/** @typedef {Record<string, number>} Events by Callgrind's names for them */

/**
 * What Callgrind wrote at the end of a step.
 * @param {string} file
 * @returns {Events}
 */
function readDump(file) {
  const text = fs.readFileSync(file, 'utf8');
  const names = /^events: (.*)$/m.exec(text)?.[1].split(' ');
  const totals = /^totals: (.*)$/m.exec(text)?.[1].split(' ').map(Number);
  if (!names || !totals) throw new Error(`${file} is no dump of Callgrind`);
  // Zeros at the end are left out.
  return Object.fromEntries(names.map((name, index) => [name, totals[index] ?? 0]));
}

/**
 * @param {string} bench
 * @param {string} snapshot
 * @param {string} directory for the dumps
 */
function callgrind(bench, snapshot, directory) {
  const out = path.join(directory, 'callgrind.out');
  const args = [
    '--tool=callgrind',
    `--callgrind-out-file=${out}`,
    // The steps are marked by calls of two functions that do nothing else (benches/engine/main.rs).
    '--zero-before=*step_begins*',
    '--dump-before=*step_ends*',
    ...CACHES,
    bench,
    snapshot,
    '--marks',
    '--threads',
    '1',
  ];
  const { counts, steps } = runEngineBench('valgrind', args);
  return {
    counts,
    steps: steps.map(({ name }, index) => ({ name, events: readDump(`${out}.${index + 1}`) })),
  };
}

/**
 * @param {ReturnType<typeof callgrind>} measured
 * @param {string} digest of the snapshot
 */
function report({ counts: { bytes, nodes, edges }, steps }, digest) {
  const instructions = (/** @type {Events} */ { Ir }) => Ir;
  const nearMisses = (/** @type {Events} */ { D1mr, D1mw }) => D1mr + D1mw;
  const farMisses = (/** @type {Events} */ { DLmr, DLmw }) => DLmr + DLmw;
  const sum = (/** @type {(events: Events) => number} */ of) =>
    steps.reduce((all, { events }) => all + of(events), 0);
  const row = (/** @type {string} */ name, /** @type {(of: (events: Events) => number) => number} */ get) => [
    name,
    get(instructions).toLocaleString('en'),
    (get(instructions) / nodes).toFixed(1),
    (get(instructions) / edges).toFixed(1),
    (get(nearMisses) / edges).toFixed(3),
    (get(farMisses) / edges).toFixed(3),
  ];
  const rustc = execFileSync('rustc', ['--version'], { encoding: 'utf8' }).trim();
  const valgrind = execFileSync('valgrind', ['--version'], { encoding: 'utf8' }).trim();
  const count = (/** @type {number} */ number) => number.toLocaleString('en');
  const open = steps.find(({ name }) => name === 'open');
  const perByte = open ? (open.events.Ir / bytes).toFixed(2) : '?';
  return [
    `Written by \`node benches/instructions.js --write\`. ${rustc}, ${valgrind}, ${process.arch}, one thread. The snapshot is ` +
      `made from a seed (\`benches/synthetic-heap.js\`, SHA-256 ${digest}…): ${count(bytes)} bytes, ${count(nodes)} nodes, ` +
      `${count(edges)} edges. Reading takes ${perByte} instructions per byte. Cache misses of data are simulated (32 KB and ` +
      '2 MB).',
    '',
    table(
      ['', 'instructions', 'per node', 'per edge', 'misses of 32 KB per edge', 'misses of 2 MB per edge'],
      [...steps.map(({ name, events }) => row(name, (of) => of(events))), row('together', sum)],
    ),
  ].join('\n');
}

async function main() {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  const bench = buildEngineBench();
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-instructions-'));
  try {
    const snapshot = path.join(directory, 'synthetic.heapsnapshot');
    const text = syntheticHeap();
    fs.writeFileSync(snapshot, text);
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
    const section = report(callgrind(bench, snapshot, directory), digest);
    console.log(section);
    if (values.write) await writeSection('Instructions', section);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
