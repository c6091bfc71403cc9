// @ts-check
/**
 * The peer table: the same snapshots, analysed by us and by others. Whole processes, in turns, so that what else the
 * machine does meets all of them alike.
 *
 *     node benches/peers.js [--sizes 4,100,300,1000@24,3000] [--only analyze,json] [--runs 5] [--limit 300] [--write]
 *
 * A size is in MB, with `@` the major version of the Node that writes the snapshot (default 22). Each figure is the
 * median of the runs. Who takes over a minute runs once, and who takes longer than the limit (seconds) is stopped.
 * Installs what is measured when it is missing. `--write` puts the tables into their sections of benches/RESULTS.md.
 */
'use strict';

const fs = require('node:fs');
const { parseArgs } = require('node:util');

const { make } = require('../fixtures/make');
const { missingPackages } = require('../scripts/packages');
const { runStep } = require('../scripts/run');
const { CONTENDERS } = require('./contenders');
const { growthText } = require('./growth');
const { machine, medianCost, run, seconds } = require('./processes');
const { table, writeSection } = require('./results');

/** Who takes longer than this runs once: its figure does not hang on the machine's moods. */
const LONG_SECONDS = 60;
const BYTES_OF_HEADER = 4096;

/**
 * @typedef {import('./processes').Cost} Cost
 * @typedef {import('./contenders').Contender} Contender
 * @typedef {{ contender: Contender, runs: number, cost: Cost | string }} Row
 * @typedef {{ file: string, bytes: number, nodes: number, edges: number, node: number }} Subject
 */

/**
 * @param {string} size as in `--sizes`
 * @returns {Promise<Subject>}
 */
async function subject(size) {
  const [megabytes, node = 22] = size.split('@').map(Number);
  const file = await make({ program: 'sized', node, args: [`--megabytes=${megabytes}`] });
  const descriptor = fs.openSync(file, 'r');
  const header = Buffer.alloc(BYTES_OF_HEADER);
  fs.readSync(descriptor, header);
  fs.closeSync(descriptor);
  const count = (/** @type {string} */ name) =>
    Number(new RegExp(`"${name}":(\\d+)`).exec(header.toString('latin1'))?.[1]);
  return {
    file,
    bytes: fs.statSync(file).size,
    nodes: count('node_count'),
    edges: count('edge_count'),
    node,
  };
}

/** Reads a file once, so that nobody's figure is that of the disk. @param {string} file */
async function warm(file) {
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 24 })) void chunk;
}

/**
 * @param {Subject} what
 * @param {Contender[]} contenders
 * @param {number} runs
 * @param {number} limitSeconds
 * @returns {Promise<Row[]>}
 */
async function compete({ file }, contenders, runs, limitSeconds) {
  await warm(file);
  /** @type {Map<Contender, Cost[] | string>} */
  const results = new Map(contenders.map((contender) => [contender, []]));
  for (const { before } of contenders) {
    if (before) await run(before(file), { limitSeconds });
  }
  for (let round = 0; round < runs; round++) {
    for (const [contender, costs] of results) {
      if (typeof costs === 'string' || costs[0]?.wallSeconds > LONG_SECONDS) continue;
      const cost = await run(contender.command(file), { limitSeconds });
      const outcome = typeof cost === 'string' ? cost : `${seconds(cost.wallSeconds)} s`;
      process.stderr.write(`  run ${round + 1}, ${contender.name}: ${outcome}\n`);
      if (typeof cost === 'string') results.set(contender, cost);
      else costs.push(cost);
    }
  }
  return [...results].map(([contender, costs]) =>
    typeof costs === 'string'
      ? { contender, runs: 0, cost: costs }
      : { contender, runs: costs.length, cost: medianCost(costs) },
  );
}

/**
 * @param {Subject} what
 * @param {Row[]} rows
 * @param {number} runs
 */
function peersText({ bytes, nodes, edges, node }, rows, runs) {
  const first = rows[0].cost;
  const cells = rows.map(({ contender, runs: ran, cost }) => {
    if (typeof cost === 'string') return [contender.name, cost, '', '', '', '', ''];
    return [
      contender.name + (ran < runs ? ` (${ran} ${ran === 1 ? 'run' : 'runs'})` : ''),
      seconds(cost.wallSeconds),
      seconds(cost.cpuSeconds),
      (cost.peakBytes / 2 ** 20).toFixed(0),
      (cost.peakBytes / bytes).toFixed(2),
      (bytes / 1e9 / cost.wallSeconds).toFixed(3),
      typeof first === 'string' ? '' : (cost.wallSeconds / first.wallSeconds).toFixed(1),
    ];
  });
  const head = ['', 'wall s', 'CPU s', 'peak MiB', 'peak ÷ file', 'GB/s', 'times our wall'];
  const counts = `${nodes.toLocaleString('en')} nodes, ${edges.toLocaleString('en')} edges, by Node ${node}`;
  return [`### ${(bytes / 1e6).toFixed(0)} MB: ${counts}`, '', table(head, cells), ''].join('\n');
}

async function main() {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '4,100,300,1000@24,3000' },
      only: { type: 'string' },
      runs: { type: 'string', default: '5' },
      limit: { type: 'string', default: '300' },
      write: { type: 'boolean', default: false },
    },
  });
  const only = values.only?.split(',');
  const unknown = only?.find((id) => CONTENDERS.every((contender) => contender.id !== id));
  if (unknown) throw new Error(`no contender ${unknown}: ${CONTENDERS.map(({ id }) => id).join(', ')}`);
  const contenders = CONTENDERS.filter(({ id }) => only === undefined || only.includes(id));
  for (const step of missingPackages(['conformance', 'benches'])) {
    if (!(await runStep(step)).ok) throw new Error(`${step.name} could not be installed`);
  }
  const runs = Number(values.runs);
  const lines = [
    `Written by \`node benches/peers.js --write\`. ${machine()}, median of ${runs} runs in turns, whole processes, ` +
      'snapshots written by `fixtures/programs/sized.js`, in the page cache. Peak memory is the highest resident set, ' +
      'mapped pages of the file included. We analyse without the sections one has to ask for (hints, packages, ' +
      'duplicates).',
    '',
  ];
  /** @type {Array<{ subject: Subject, cost: Cost }>} */
  const growth = [];
  for (const size of values.sizes.split(',')) {
    const what = await subject(size);
    process.stderr.write(`${size}: ${what.file}\n`);
    const rows = await compete(what, contenders, runs, Number(values.limit));
    lines.push(peersText(what, rows, runs));
    const own = rows.find(({ contender }) => contender.id === 'analyze')?.cost;
    if (own && typeof own === 'object') growth.push({ subject: what, cost: own });
  }
  const peers = lines.join('\n');
  const growing = growthText(growth);
  console.log(`${peers}\n${growing}`);
  if (!values.write) return;
  await writeSection('Against others', peers);
  if (growth.length > 1) await writeSection('Growth with size', growing);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
