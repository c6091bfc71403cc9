// @ts-check
/**
 * Whether our six analyses (examples/analyses) say what memlab's say, on real snapshots: of Node.js, and of a page where
 * there is a Chromium. Every row that differs has a reason that the snapshot bears out, or the run fails. Retained sizes
 * are held against Chrome DevTools (conformance) as well, which says who is right.
 *
 *     node benches/analyses-answers.js [--write]
 */
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { openSnapshot } = require('..');
const { askOnce } = require('../conformance/oracle-cache');
const { findChromium, snapshotsOfPage } = require('../corpus/browser');
const { make, makeSeries } = require('../fixtures/make');
const { runCommand } = require('../fixtures/run-command');
const { missingPackages } = require('../scripts/packages');
const { runStep } = require('../scripts/run');
const compared = require('./answers-compared');
const { onNode } = require('./processes');
const { table, writeSection } = require('./results');

const CONTENDER = path.join(__dirname, 'contenders', 'memlab-answers.js');
const EXAMPLES = path.join(__dirname, '..', 'examples', 'analyses');
/** Rows of the lists that memlab makes of all nodes. */
const ROWS = 200;

/** @param {string} name of one of our analyses @param {string} of its function */
const ours = (name, of) => require(path.join(EXAMPLES, `${name}.js`))[of];

/** @param {string} directory to work in @param {string} subject a snapshot, or a directory of some @returns {Promise<any>} */
async function askMemlab(directory, subject) {
  const out = path.join(directory, 'answers.json');
  const [command, ...args] = onNode(CONTENDER, out, subject);
  await runCommand(command, args, { cwd: directory });
  return JSON.parse(fs.readFileSync(out, 'utf8'));
}

/** @param {string} directory @param {string} file */
async function compareOne(directory, file) {
  const theirs = await askMemlab(directory, file);
  const oracle = await askOnce([file]);
  if (oracle.failure) throw new Error(oracle.failure);
  const snapshot = await openSnapshot(file);
  const subject = {
    snapshot,
    theirs,
    facts: new Map(
      theirs.nodes.map((/** @type {number[]} */ [id, retained, fanout]) => [id, { retained, fanout }]),
    ),
    devtools: new Map(Array.from(oracle.ids, (id, ordinal) => [id, oracle.retainedSizes[ordinal]])),
    devtoolsCounts: new Map(oracle.classes.map((/** @type {any} */ { key, count }) => [key, count])),
  };
  const all = { top: 1e9 };
  const comparisons = [
    compared.objectSize(subject, await ours('object-size', 'objectSize')(file, { top: ROWS })),
    compared.strings(subject, await ours('strings', 'strings')(file, all)),
    compared.shapes(subject, await ours('shapes', 'shapes')(file, all)),
    compared.globals(subject, await ours('globals', 'globals')(file, all)),
    compared.fanout(subject, await ours('fanout', 'fanout')(file, all)),
  ];
  const sizes = compared.retainedSizes(subject);
  snapshot.close();
  return { comparisons, sizes };
}

/** @param {string} directory @param {string[]} files of one process, in their order */
async function compareSeries(directory, files) {
  const series = fs.mkdtempSync(path.join(directory, 'series-'));
  for (const [index, file] of files.entries())
    fs.symlinkSync(file, path.join(series, `s${index + 1}.heapsnapshot`));
  const theirs = await askMemlab(directory, series);
  const own = await ours('unbound-collections', 'unboundCollections')(files, { top: 1e9 });
  return compared.unboundCollections(theirs, own);
}

/** What is compared, by name. @param {string} directory */
async function subjects(directory) {
  /** @type {Array<{ name: string, file: string, series?: string[] }>} */
  const found = [];
  for (const node of [20, 22, 24]) {
    found.push({ name: `express, Node ${node}`, file: await make({ program: 'express', node }) });
    const series = await makeSeries({ program: 'series', node, args: ['--megabytes=8'] });
    found.push({ name: `leaking service, Node ${node}`, file: series[2], series });
  }
  if (findChromium() === null) console.error('no Chromium: no page is compared');
  else {
    const series = await snapshotsOfPage('detached-dom/message-board-leak.html', directory);
    found.push({ name: 'leaking page, Chromium', file: series[2], series });
  }
  return found;
}

/** Of a package of the benches. Read, not required: types are checked where it is not installed. @param {string} name */
function versionOf(name) {
  const manifest = path.join(__dirname, 'node_modules', name, 'package.json');
  return JSON.parse(fs.readFileSync(manifest, 'utf8')).version;
}

async function main() {
  const { values } = parseArgs({ options: { write: { type: 'boolean' } } });
  for (const step of missingPackages(['benches', 'conformance'])) await runStep(step);
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-answers-'));
  process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[][]} */
  const sizeRows = [];
  /** @type {Map<string, Map<string, number>>} */
  const reasons = new Map();
  let unexplained = 0;
  for (const { name, file, series } of await subjects(directory)) {
    const { comparisons, sizes } = await compareOne(directory, file);
    if (series) comparisons.push(await compareSeries(directory, series));
    const shown = [sizes.nodes, sizes.oursDiffer, sizes.theirsDiffer].map((n) => n.toLocaleString('en'));
    sizeRows.push([name, ...shown]);
    unexplained += sizes.oursDiffer;
    for (const told of comparisons) {
      const explained = [...told.reasons.values()].reduce((sum, n) => sum + n, 0);
      unexplained += told.unexplained.length;
      const counts = [told.ours, told.theirs, told.same, explained, told.unexplained.length];
      rows.push([`${told.analysis}: ${name}`, ...counts.map((n) => n.toLocaleString('en'))]);
      for (const row of told.unexplained.slice(0, 10))
        console.error(`unexplained: ${told.analysis}, ${name}: ${row}`);
      const known = reasons.get(told.analysis) ?? new Map();
      reasons.set(told.analysis, known);
      for (const [reason, n] of told.reasons) known.set(reason, (known.get(reason) ?? 0) + n);
    }
    console.error(`${name}: compared`);
  }
  rows.sort((a, b) => a[0].localeCompare(b[0]));
  const why = [...reasons].flatMap(([analysis, known]) =>
    [...known].map(([reason, n]) => [`${analysis}: ${reason}`, String(n)]),
  );
  const text = [
    `Rows of each answer (of object-size and fanout memlab's first ${ROWS}). A row is the same when object and figure are; one that is not has a reason that was checked against the snapshot. memlab ${versionOf('@memlab/core')}.`,
    '',
    table(['Analysis and snapshot', 'our rows', 'memlab’s', 'same', 'explained', 'unexplained'], rows),
    '',
    table(['Reason of a difference', 'rows'], why),
    '',
    table(['Retained sizes', 'nodes', 'ours not DevTools’', 'memlab’s not DevTools’'], sizeRows),
  ].join('\n');
  console.log(text);
  if (values.write) await writeSection('Answers of the analyses', text);
  if (unexplained > 0) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
