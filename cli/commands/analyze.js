// @ts-check
'use strict';

/**
 * `heap-analyzer analyze FILE`: what is in a heap.
 */

const { addExamples, addJson, addRows, addThreads } = require('../options');

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
  addRows(command, 'classes and biggest objects to show (default: 25)');
  addThreads(command);
  addJson(command);
  addExamples(command, [
    'heap-analyzer analyze heap.heapsnapshot',
    'heap-analyzer analyze heap.heapsnapshot --all --json > heap.json',
  ]);
  command.action((file, options) => run(file, options, context));
}

/**
 * @param {string} file
 * @param {{ top?: number, all?: boolean, threads?: number, json?: boolean, quiet?: boolean }} options
 * @param {import('../main').Context} context
 */
async function run(file, { top, all, threads, json, quiet = false }, context) {
  // Loaded here and not above, so that --help and --version do not wait for it.
  const { analyzeInput } = require('../../lib/analysis');
  const { openInput, totalBytes } = require('../input');
  const { print } = require('../output');
  const { renderAnalysis } = require('../render/analysis');
  const { progressLine } = require('../render/progress');

  const input = await openInput(file, context);
  const progress = progressLine({ stream: context.stderr, quiet, totalBytes: totalBytes([input]) });
  let answer;
  try {
    const options = { top, all, threads, signal: context.signal, onProgress: progress.update };
    answer = await analyzeInput(input, options, true);
  } finally {
    progress.end();
  }
  const biggestShown = top ?? BIGGEST_OF_TEXT;
  print(answer, json, (shown, style) => renderAnalysis(shown, style, biggestShown), context);
}

module.exports = { define };
