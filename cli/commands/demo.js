// @ts-check
'use strict';

/**
 * `heap-analyzer demo`: the whole workflow on a leaking app of ours, with nothing to prepare.
 */

const { HeapAnalyzerError } = require('../../lib/errors');
const { addExamples, addJson } = require('../options');

const WARM_UP = 200;
const VISITS = 1000;

/** The whole demo takes a few seconds; this is for a machine on which something is badly stuck. */
const DEADLINE_MS = 55_000;

const ROWS_OF_TEXT = 10;

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('demo')
    .description('Run a small leaking app, capture it, and show how its leak is found.')
    .option('--keep <dir>', 'keep the three snapshots in this directory');
  addJson(command);
  addExamples(command, ['heap-analyzer demo', 'heap-analyzer demo --keep snapshots']);
  command.action((options) => run(options, context));
}

/**
 * @param {{ keep?: string, json?: boolean, quiet?: boolean }} options
 * @param {import('../main').Context} context
 */
async function run({ keep, json, quiet = false }, context) {
  const { findLeaksIn } = require('../../lib/leaks');
  const { openInto } = require('../demo/directory');
  const { fitted, print } = require('../output');
  const { opening, step, ending } = require('../demo/story');
  const { styleFor } = require('../render/style');

  const style = styleFor(context.stdout, context.env);
  const tell = (/** @type {string} */ text) =>
    void (json || context.stdout.write(fitted(text, style, context.stdout)));
  const directory = await openInto(keep);
  const { signal, stop } = withDeadline(context.signal);
  try {
    tell(opening(style));
    const { captures, elapsedMs } = await captureShop(
      directory.path,
      { signal, quiet, context },
      (name, visits, capture) => tell(step(name, visits, capture, style)),
    );
    const files = captures.map((capture) => capture.path);
    const comparison = await compareEnds(files, { signal, top: json ? undefined : ROWS_OF_TEXT });
    const leaks = await findLeaksIn(files, { signal }, true);
    const demo = { visits: 2 * VISITS, elapsedMs, captures };
    const text = () => ending(comparison, leaks, { visits: 2 * VISITS, keptIn: keep ?? null }, style);
    print({ ...comparison, ...leaks, demo }, json, text, context);
  } finally {
    stop();
    await directory.close();
  }
}

/**
 * @param {string} directory
 * @param {{ signal: AbortSignal, quiet: boolean, context: import('../main').Context }} options
 * @param {(name: string, visits: number, capture: any) => void} onStep
 */
async function captureShop(directory, { signal, quiet, context }, onStep) {
  const path = require('node:path');
  const { startShop } = require('../demo/shop');
  const { progressLine } = require('../render/progress');

  const started = performance.now();
  const shop = await startShop(signal);
  const captures = [];
  try {
    /** @type {Array<[string, number]>} */
    const plan = [
      ['baseline', WARM_UP],
      ['target', VISITS],
      ['final', VISITS],
    ];
    for (const [name, visits] of plan) {
      const progress = progressLine({ stream: () => context.stderr, quiet });
      let capture;
      try {
        await shop.visit(visits, (done) =>
          progress.update({ phase: 'visiting the shop', fraction: done / visits }),
        );
        capture = await shop.snapshot(path.join(directory, `${name}.heapsnapshot`));
      } finally {
        progress.end();
      }
      captures.push(capture);
      onStep(name, visits, capture);
    }
  } finally {
    await shop.end();
  }
  return { captures, elapsedMs: Math.round(performance.now() - started) };
}

/**
 * @param {string[]} files
 * @param {{ signal: AbortSignal, top?: number }} options
 */
function compareEnds(files, { signal, top }) {
  const { compareInputs } = require('../../lib/analysis');
  // Mapped: the files are ours, and nobody else writes to them.
  return compareInputs(files[0], files[files.length - 1], { signal, top, growth: true }, true);
}

/**
 * @param {AbortSignal} signal
 */
function withDeadline(signal) {
  const controller = new AbortController();
  const pass = () => controller.abort(signal.reason);
  signal.addEventListener('abort', pass, { once: true });
  const timer = setTimeout(() => {
    const seconds = DEADLINE_MS / 1000;
    controller.abort(new HeapAnalyzerError('ERR_HEAP_INTERNAL', `the demo was not done within ${seconds} s`));
  }, DEADLINE_MS);
  if (signal.aborted) pass();
  return {
    signal: controller.signal,
    stop() {
      clearTimeout(timer);
      signal.removeEventListener('abort', pass);
    },
  };
}

module.exports = { define };
