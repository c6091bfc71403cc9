// @ts-check
'use strict';

/**
 * `heap-analyzer shell FILE…`: a prompt at which snapshots are asked, one thing after another.
 */

const { addCache, openCache } = require('../cache');
const { addExamples, addThreads } = require('../options');

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('shell')
    .description(
      'Open snapshots and ask them at a prompt: objects as $1, $2, …, what holds them, what differs.',
    )
    .argument('<files...>', 'the snapshots; questions are about the first, diff() compares it with the last')
    .option('-q, --quiet', 'no greeting, and no progress on the terminal');
  addThreads(command);
  addCache(command);
  addExamples(command, [
    'heap-analyzer shell heap.heapsnapshot',
    'heap-analyzer shell before.heapsnapshot after.heapsnapshot < questions.js',
    'heap-analyzer shell one.heapsnapshot two.heapsnapshot three.heapsnapshot',
  ]);
  command.action((files, options) => run(files, options, context));
}

/**
 * @param {string[]} files
 * @param {{ quiet?: boolean, threads?: number } & import('../cache').CacheFlags} options
 * @param {import('../main').Context} context
 */
async function run(files, options, context) {
  const { HeapAnalyzerError } = require('../../lib/errors');
  const { openInput } = require('../../lib/objects/open');
  const { EXIT } = require('../exit');
  const { totalBytes } = require('../input');
  const { progressLine } = require('../render/progress');
  const { styleFor } = require('../render/style');
  const { prompt } = require('../shell/prompt');
  const { Session } = require('../shell/session');
  const { Show } = require('../shell/show');

  if (files.includes('-') || files.includes('')) {
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', 'the shell reads what is typed from the pipe: name a file');
  }
  const { quiet = false, threads } = options;
  const { signal, stdout } = context;
  const cache = openCache(options, context);
  const progress = progressLine({ stream: () => context.stderr, quiet, totalBytes: totalBytes(files) });
  const snapshots = [];
  try {
    for (const file of files) {
      const opened = { threads, cache: cache.indexing, signal, onProgress: progress.update };
      snapshots.push(await openInput(file, opened, true));
    }
    progress.end();
    const session = new Session(snapshots, signal);
    const show = new Show(session, () => styleFor(stdout, context.env));
    if (stdout.isTTY && context.stdin.isTTY && !quiet) stdout.write(greeting(snapshots));
    const { failed } = await prompt(session, show, context);
    // A script whose question failed must not look as if it had been answered.
    if (failed && !context.stdin.isTTY) context.exitCode = EXIT.BAD_INPUT;
  } finally {
    progress.end();
    for (const snapshot of snapshots) snapshot.close();
  }
  await cache.write();
}

/** @param {any[]} snapshots */
function greeting(snapshots) {
  const { count } = require('../render/numbers');
  const { clean } = require('../../lib/report/clean');
  const name = (/** @type {number} */ at) => (snapshots.length > 1 ? `snapshots[${at}] ` : '');
  const told = snapshots.map(
    ({ path, nodeCount }, at) => `${name(at)}${clean(path ?? '')}: ${count(nodeCount)} nodes`,
  );
  return `${told.join('\n')}\n\`help\` tells what there is to ask.\n`;
}

module.exports = { define };
