// @ts-check
/**
 * memlab's six analyses, as its documentation has them, and the same on our objects (examples/analyses), on a snapshot of
 * 105 MB, that of growing collections on three of a leaking service: whole processes, in turns. And what a visit to every
 * node of the one costs, through objects and through columns.
 *
 *     node benches/analyses.js [--runs 3] [--write]
 */
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { make, makeSeries } = require('../fixtures/make');
const { missingPackages } = require('../scripts/packages');
const { runStep } = require('../scripts/run');
const { machine, median, medianCost, onNode, run, seconds } = require('./processes');
const { table, writeSection } = require('./results');

const EXAMPLES = path.join(__dirname, '..', 'examples', 'analyses');
const MEMLAB = path.join(__dirname, 'contenders', 'memlab-analysis.js');

/** Ours, memlab's, and whether it takes a directory. @type {Array<[string, string, boolean?]>} */
const ANALYSES = [
  ['object-size', 'ObjectSizeAnalysis'],
  ['unbound-collections', 'CollectionUnboundGrowthAnalysis', true],
  ['strings', 'StringAnalysis'],
  ['shapes', 'ObjectShapeAnalysis'],
  ['globals', path.join('GlobalVariableAnalysis', 'GlobalVariableAnalysis')],
  ['fanout', 'ObjectFanoutAnalysis'],
];

/**
 * A folder in which our package is installed, as the examples want it, and one with a series of snapshots.
 * @param {string[]} files
 */
function workplace(files) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-analyses-'));
  process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
  fs.mkdirSync(path.join(directory, 'node_modules'));
  fs.symlinkSync(path.join(__dirname, '..'), path.join(directory, 'node_modules', 'heap-analyzer'), 'dir');
  fs.cpSync(EXAMPLES, path.join(directory, 'analyses'), { recursive: true });
  const series = path.join(directory, 'series');
  fs.mkdirSync(series);
  // memlab takes them in the order of the numbers in their names.
  for (const [index, file] of files.entries())
    fs.symlinkSync(file, path.join(series, `s${index + 1}.heapsnapshot`));
  return { analyses: path.join(directory, 'analyses'), series };
}

/** Lines of code, without what is empty or a comment. @param {string} file */
const linesOf = (file) =>
  fs
    .readFileSync(file, 'utf8')
    .replace(/\/\*[^]*?\*\//g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;

/**
 * One of our analyses on files that have an index.
 * @param {string} script
 * @param {string | string[]} subject
 */
function throughTheIndex(script, subject) {
  const name = path.basename(script, '.js').replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  return onNode(
    '-e',
    `require(${JSON.stringify(script)}).${name}(${JSON.stringify(subject)}, { cache: true })`,
  );
}

/** @param {string} file */
const megabytes = (file) => (fs.statSync(file).size / 1e6).toFixed(0);

/** @typedef {import('./processes').Cost | string} Measured a cost, or why there is none */

/**
 * @param {string[][]} commands
 * @param {number} runs
 * @returns {Promise<Measured[]>} of each the medians
 */
async function inTurns(commands, runs) {
  /** @type {Measured[][]} */
  const costs = commands.map(() => []);
  // The first run of what uses an index makes it.
  await run(commands[1]);
  for (let i = 0; i < runs; i++) {
    for (const [who, command] of commands.entries()) costs[who].push(await run(command));
  }
  return costs.map((all) => {
    const failure = all.find((cost) => typeof cost === 'string');
    return failure ?? medianCost(/** @type {import('./processes').Cost[]} */ (all));
  });
}

/** @param {Measured} cost */
const shown = (cost) =>
  typeof cost === 'string' ? cost : `${seconds(cost.wallSeconds)} s (${seconds(cost.cpuSeconds)} s)`;

/** @param {Measured} own @param {Measured} other */
const ratio = (own, other) =>
  typeof own === 'string' || typeof other === 'string'
    ? ''
    : `${(other.wallSeconds / own.wallSeconds).toFixed(1)}× (${(other.cpuSeconds / own.cpuSeconds).toFixed(1)}×)`;

/** @param {string} file @param {number} runs */
async function visits(file, runs) {
  const { openSnapshot } = require('..');
  /** @type {Record<string, number[]>} */
  const times = {};
  const timed = (/** @type {string} */ what, /** @type {() => unknown} */ visit) => {
    // The processor's time: a visit is one thread's, and what else the machine does is not its doing.
    const start = process.cpuUsage();
    visit();
    const { user, system } = process.cpuUsage(start);
    (times[what] ??= []).push((user + system) / 1000);
  };
  let nodes = 0;
  for (let i = 0; i < runs; i++) {
    const snapshot = await openSnapshot(file);
    nodes = snapshot.nodeCount;
    let sum = 0;
    timed('type, shallow size: columns', () => {
      const { types, selfSizes } = snapshot.columns;
      for (let node = 0; node < snapshot.nodeCount; node++) if (types[node] !== 9) sum += selfSizes[node];
    });
    timed('type, shallow size: objects', () => {
      for (const node of snapshot.nodes()) if (node.type !== 'synthetic') sum += node.selfSize;
    });
    timed('id, class, all sizes, distance: objects', () => {
      for (const node of snapshot.nodes()) {
        sum += node.id + node.class.length + node.selfSize + node.retainedSize + node.distance;
      }
    });
    timed('every edge of every node: objects', () => {
      for (const node of snapshot.nodes()) for (const edge of node.edges()) sum += edge.to.ordinal;
    });
    timed('the name of every node: objects', () => {
      for (const node of snapshot.nodes()) sum += node.name.length;
    });
    snapshot.close();
    if (!(sum > 0)) throw new Error('nothing was visited');
  }
  const rows = Object.entries(times).map(([what, all]) => {
    const cost = median(all);
    return [what, `${cost.toFixed(0)} ms`, `${((cost / nodes) * 1e6).toFixed(0)} ms`];
  });
  return table(
    [`Visit (${nodes.toLocaleString('en')} nodes), processor's time`, 'all of them', 'a million'],
    rows,
  );
}

async function main() {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '3' }, write: { type: 'boolean' }, only: { type: 'string' } },
  });
  for (const step of missingPackages(['benches'])) await runStep(step);
  const file = await make({ program: 'sized', node: 22, args: ['--megabytes=100'] });
  const several = await makeSeries({ program: 'series', node: 22, args: ['--megabytes=100'] });
  const { analyses, series } = workplace(several);
  const rows = [];
  for (const [name, theirs, isSeries] of ANALYSES.filter(([one]) => !values.only || values.only === one)) {
    const script = path.join(analyses, `${name}.js`);
    const files = isSeries
      ? fs
          .readdirSync(series)
          .sort()
          .map((one) => path.join(series, one))
      : [file];
    const [own, again, other] = await inTurns(
      [
        onNode(script, ...files),
        throughTheIndex(script, isSeries ? files : file),
        onNode(MEMLAB, theirs, isSeries ? series : file),
      ],
      Number(values.runs),
    );
    const lines = String(linesOf(path.join(EXAMPLES, `${name}.js`)));
    rows.push([name, shown(own), shown(again), shown(other), ratio(own, other), ratio(again, other), lines]);
    console.error(rows[rows.length - 1].join('  '));
  }
  const text = [
    `A snapshot of ${megabytes(file)} MB (for unbound-collections three, of ${several.map(megabytes).join(', ')} MB), whole processes, median of ${values.runs}; in brackets the processor's time. "Again" asks a file that has an index since the first question (the option cache). ${machine()}.`,
    '',
    table(['Analysis', 'ours', 'ours, again', 'memlab', 'ratio', 'ratio, again', 'our lines'], rows),
    '',
    await visits(file, Number(values.runs)),
  ].join('\n');
  console.log(text);
  if (values.write) await writeSection('Analyses on objects', text);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
