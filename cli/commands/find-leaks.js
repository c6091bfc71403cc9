// @ts-check
'use strict';

/**
 * `heap-analyzer find-leaks`: what leaks over a series of snapshots of one process.
 */

const { EXIT } = require('../exit');
const { FAILING, fails } = require('../../lib/failing');
const { addCache, openCache } = require('../cache');
const {
  addCiReports,
  addReport,
  checkReports,
  ciFiles,
  wantsPage,
  writeCiReports,
  writeReports,
} = require('../reports');
const { addExamples, addJson, addThreads, choice, integerFrom } = require('../options');

/** Rows of the text; the JSON document has all unless --top says otherwise, as the API has. */
const FINDINGS_OF_TEXT = 10;
const GROUPS_OF_TEXT = 25;

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('find-leaks')
    .description('Say what leaks over two or more snapshots of one process, who holds it, and where.')
    .option('--baseline <snapshot>', 'the snapshot after warming up; - reads it from a pipe')
    .option('--target <snapshot>', 'the one after load')
    .option('--final <snapshot>', 'the one after more load, or after a rest')
    .option('--snapshots <snapshots...>', 'all of them instead, in the order they were taken')
    .option('--snapshot-dir <dir>', 'the snapshots in this directory instead')
    .option('--pid <n>', 'those of this process, in a directory with several', integerFrom(1))
    .option(
      '--final-after <what>',
      ...choice('what came before the last snapshot (default: load)', ['load', 'rest']),
    )
    .option('--min-growth <n>', 'entries that must come in an interval (default: 5)', integerFrom(1))
    .option('--source-maps <dir>', 'where the source maps of bundles are, if not beside them')
    .option('--trace-all-objects', 'also list every class with new objects, leak or not')
    .option(
      '--fail-on <grade>',
      ...choice('exit 1 from this grade on (default: likely)', Object.keys(FAILING)),
    )
    .option('--ignore <what...>', 'accepted leaks: fingerprints, or a file of them')
    .option('--update-ignore <file>', 'accept what is found, and write the file')
    .option(
      '--top <n>',
      `how many findings to show (default: ${FINDINGS_OF_TEXT}, with --json all)`,
      integerFrom(0),
    );
  addReport(command);
  addCiReports(command);
  addThreads(command);
  addCache(command);
  addJson(command);
  addExamples(command, [
    'heap-analyzer find-leaks --baseline a.heapsnapshot --target b.heapsnapshot',
    'heap-analyzer find-leaks --snapshot-dir heaps --ignore accepted-leaks.json',
    'heap-analyzer find-leaks --snapshot-dir heaps --report leaks.md --junit leaks.xml --sarif leaks.sarif',
  ]);
  command.action((options) => run(options, context));
}

/**
 * @typedef {object} FindLeaksFlags
 * @property {'load' | 'rest'} [finalAfter]
 * @property {number} [minGrowth]
 * @property {boolean} [traceAllObjects]
 * @property {string} [sourceMaps]
 * @property {import('../../lib/failing').FailOn} [failOn]
 * @property {string[]} [ignore]
 * @property {string} [updateIgnore]
 * @property {number} [top]
 * @property {string[]} [report]
 * @property {string} [junit]
 * @property {string} [sarif]
 * @property {number} [threads]
 * @property {boolean} [json]
 * @property {boolean} [quiet]
 *
 * @param {FindLeaksFlags & import('../series').SeriesOptions & import('../cache').CacheFlags} options
 * @param {import('../main').Context} context
 */
async function run(options, context) {
  const { findLeaksIn } = require('../../lib/leaks');
  const { readAccepted, readForUpdate } = require('../accepted');
  const { openInput, totalBytes } = require('../input');
  const { print } = require('../output');
  const { progressLine } = require('../render/progress');
  const { renderLeaks } = require('../render/leaks');
  const { openSeries } = require('../series');

  const {
    finalAfter,
    minGrowth,
    traceAllObjects,
    sourceMaps,
    failOn = 'likely',
    threads,
    top,
    json,
    quiet = false,
  } = options;
  await checkReports([...(options.report ?? []), ...ciFiles(options)]);
  const { files, note } = await openSeries(options);
  const listed = options.updateIgnore === undefined ? [] : await readForUpdate(options.updateIgnore);
  const ignore =
    options.ignore || options.updateIgnore !== undefined
      ? [...(await readAccepted(options.ignore ?? [])), ...listed]
      : undefined;
  /** @type {Array<import('../../lib/native').Input>} */
  const inputs = [];
  const page = wantsPage(options.report) ? require('../../lib/report/html') : null;
  const again = traceAllObjects || page !== null;
  for (const file of files) inputs.push(await openInput(file, context, { again }));
  const progress = progressLine({ stream: () => context.stderr, quiet, totalBytes: totalBytes(inputs) });
  const cache = openCache(options, context);
  let answer;
  let html = '';
  try {
    const { signal } = context;
    const asked = {
      finalAfter,
      minGrowth,
      traceAllObjects,
      sourceMaps,
      ignore,
      threads,
      cache: cache.indexing,
      signal,
      onProgress: progress.update,
    };
    answer = await findLeaksIn(inputs, asked, true);
    const common = { sourceMaps, threads, cache: cache.indexing, signal, onProgress: progress.update };
    if (page) html = await page.leaksReport(answer, inputs, common);
  } finally {
    progress.end();
  }
  const { conclusive } = answer;
  const failing = answer.findings.filter((/** @type {any} */ finding) => fails(finding, failOn));
  const update =
    conclusive && options.updateIgnore !== undefined ? { file: options.updateIgnore, listed } : null;
  const updated = update && (await accept(update, answer, failing));
  await writeReports(options.report, answer, async () => html);
  await writeCiReports(options, answer, failOn);
  const shown = top === undefined ? answer : limited(answer, top);
  const text = { conclusive, note, updated, top: top ?? FINDINGS_OF_TEXT, groups: top ?? GROUPS_OF_TEXT };
  print(shown, json, (_, style) => renderLeaks(answer, style, text), context);
  if (!conclusive) context.exitCode = EXIT.BAD_INPUT;
  else if (failing.length > 0 && !updated) context.exitCode = EXIT.FINDINGS;
  await cache.write();
}

/**
 * @param {{ file: string, listed: import('../../lib/accepted').AcceptedLeak[] }} update
 * @param {any} answer
 * @param {any[]} failing
 */
async function accept({ file, listed }, answer, failing) {
  const { updateAccepted } = require('../accepted');
  return { file, ...(await updateAccepted(file, listed, answer.findings, failing)) };
}

/**
 * @param {any} answer
 * @param {number} top
 */
function limited(answer, top) {
  const { groups } = answer;
  const cut = { ...answer, findings: answer.findings.slice(0, top) };
  return groups ? { ...cut, groups: groups.slice(0, top) } : cut;
}

/** Ways to say what it is about, of which only one can be given. */
const ways = [['baseline', 'target', 'final'], ['snapshots'], ['snapshotDir', 'pid']];

module.exports = { define, ways };
