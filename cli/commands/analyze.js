// @ts-check
'use strict';

/**
 * `heap-analyzer analyze FILE`: what is in a heap.
 */

const { SECTIONS } = require('../../lib/sections');
const { addCache, openCache } = require('../cache');
const { addReport, checkReports, wantsPage, writeReports } = require('../reports');
const { BadValue, addExamples, addJson, addRows, addThreads } = require('../options');

/** Files up to this size get hints in the text without asking: they cost a fifth more time. */
const HINTS_UNASKED = 200e6;

/**
 * @param {string} text
 * @returns {string[]}
 */
function readList(text) {
  if (text === 'all') return SECTIONS;
  if (text === 'none') return [];
  const names = text.split(',');
  if (names.every((name) => SECTIONS.includes(name))) return names;
  throw new BadValue(`It takes all, none, or some of ${SECTIONS.join(',')}`);
}
readList.choices = ['all', 'none', ...SECTIONS];
readList.listed = true;

/** Objects in the text unless --top says otherwise; the JSON document has as many as classes. */
const BIGGEST_OF_TEXT = 10;

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('analyze')
    .description('Say what is in a heap: its composition, its classes, its biggest objects.')
    .argument('<file>', 'the snapshot; - reads it from a pipe');
  command
    .option(
      '--sections <list>',
      `what else to say: ${SECTIONS.join(',')}, all or none (default: hints in the text of files up to 200 MB)`,
      readList,
    )
    .option('--source-maps <dir>', 'where the source maps of bundles are, if not beside them');
  addRows(command, 'classes and biggest objects to show (default: 25)');
  addReport(command);
  addThreads(command);
  addCache(command);
  addJson(command);
  addExamples(command, [
    'heap-analyzer analyze heap.heapsnapshot --sections all',
    'heap-analyzer analyze heap.heapsnapshot --all --json > heap.json',
  ]);
  command.action((file, options) => run(file, options, context));
}

/**
 * @param {string} file
 * @param {{ top?: number, all?: boolean, sections?: string[], sourceMaps?: string, report?: string[], threads?: number, json?: boolean, quiet?: boolean } & import('../cache').CacheFlags} options
 * @param {import('../main').Context} context
 */
async function run(file, options, context) {
  const { top, all, sections: wanted, sourceMaps, threads, json, quiet = false } = options;
  // Loaded here and not above, so that --help does not wait for it.
  const { analyzeInput } = require('../../lib/analysis');
  const { openInput, totalBytes } = require('../input');
  const { progressLine } = require('../render/progress');

  await checkReports(options.report);
  const input = await openInput(file, context);
  const size = totalBytes([input]);
  const progress = progressLine({ stream: () => context.stderr, quiet, totalBytes: size });
  const { signal } = context;
  const unasked = !wanted && !json;
  const sections = wanted ?? (unasked && input !== 0 && size <= HINTS_UNASKED ? ['hints'] : []);
  // Of what is piped in, only the engine will know the size.
  const hintsUpTo = unasked && input === 0 ? HINTS_UNASKED : undefined;
  const onProgress = progress.update;
  const cache = openCache(options, context);
  const { indexing } = cache;
  const common = { sourceMaps, threads, cache: indexing, signal, onProgress };
  const page = wantsPage(options.report) ? require('../../lib/report/html') : null;
  const asked = page ? page.wholeAnalysis(common, top) : { ...common, top, all, sections, hintsUpTo };
  const analysis = analyzeInput(input, asked, true).finally(progress.end);
  // The engine works on threads of its own; meanwhile this one loads what shows the answer.
  const { print } = require('../output');
  const render = json ? () => '' : require('../render/analysis').renderAnalysis;

  const biggestShown = top ?? BIGGEST_OF_TEXT;
  const whole = await analysis;
  const withHints = unasked && whole.snapshots[0].sizeBytes <= HINTS_UNASKED;
  const answer = page
    ? page.narrowAnalysis(whole, { top, all, sections: withHints ? ['hints'] : sections })
    : whole;
  await writeReports(options.report, answer, async () => page?.analysisReport(whole) ?? '');
  print(answer, json, (shown, style) => render(shown, style, biggestShown), context);
  await cache.write();
}

module.exports = { define };
