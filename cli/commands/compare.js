// @ts-check
'use strict';

/**
 * `heap-analyzer compare BASE TARGET`: what grew between two snapshots of one process.
 */

const { HeapAnalyzerError } = require('../../lib/errors');
const { EXIT } = require('../exit');
const { addCache, openCache } = require('../cache');
const { addReport, checkReports, wantsPage, writeReports } = require('../reports');
const { addExamples, addJson, addRows, addThreads, bytes } = require('../options');

/** Rows of the text; the JSON document has all unless --top says otherwise, as the API has. */
const ROWS_OF_TEXT = 25;

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('compare')
    .description('Say what grew between two snapshots of one process, and who holds it.')
    .argument('<base>', 'the earlier snapshot; - reads it from a pipe')
    .argument('<target>', 'the later one');
  addRows(command, `classes to show (default: ${ROWS_OF_TEXT}, with --json all)`);
  command
    .option('--no-growth', 'leave out who holds what grew (faster)')
    .option('--fail-on-growth <size>', 'exit 1 when the heap grew by more than this, e.g. 10MB', bytes);
  addReport(command);
  addThreads(command);
  addCache(command);
  addJson(command);
  addExamples(command, [
    'heap-analyzer compare before.heapsnapshot after.heapsnapshot',
    'heap-analyzer compare a.heapsnapshot b.heapsnapshot --fail-on-growth 10MB',
  ]);
  command.action((base, target, options) => run(base, target, options, context));
}

/**
 * @param {string} base
 * @param {string} target
 * @param {{ top?: number, all?: boolean, growth: boolean, failOnGrowth?: number, report?: string[], threads?: number, json?: boolean, quiet?: boolean } & import('../cache').CacheFlags} options
 * @param {import('../main').Context} context
 */
async function run(base, target, options, context) {
  const { compareInputs } = require('../../lib/analysis');
  const { openInput, totalBytes } = require('../input');
  const { print } = require('../output');
  const { renderComparison } = require('../render/comparison');
  const { progressLine } = require('../render/progress');

  const { json, quiet = false, all, growth, threads } = options;
  if (base === '-' && target === '-') {
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', 'only one of the two snapshots can be read from the pipe');
  }
  const top = options.top ?? (json ? undefined : ROWS_OF_TEXT);
  await checkReports(options.report);
  const page = wantsPage(options.report) ? require('../../lib/report/html') : null;
  // A page asks more of the target than the comparison does.
  const again = page !== null;
  const inputs = [await openInput(base, context), await openInput(target, context, { again })];
  const progress = progressLine({ stream: () => context.stderr, quiet, totalBytes: totalBytes(inputs) });
  const cache = openCache(options, context);
  let answer;
  let html = '';
  try {
    const { signal } = context;
    const common = { threads, cache: cache.indexing, signal, onProgress: progress.update };
    const asked = page ? { ...common, growth: true } : { ...common, top, all, growth };
    const whole = await compareInputs(inputs[0], inputs[1], asked, true);
    answer = page ? page.narrowComparison(whole, { top, all, growth }) : whole;
    if (page) html = await page.comparisonReport(whole, inputs[1], common);
  } finally {
    progress.end();
  }
  await writeReports(options.report, answer, async () => html);
  print(answer, json, renderComparison, context);
  const { failOnGrowth } = options;
  if (failOnGrowth !== undefined && answer.totals.delta.selfSize > failOnGrowth)
    context.exitCode = EXIT.FINDINGS;
  await cache.write();
}

module.exports = { define };
