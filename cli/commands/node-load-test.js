// @ts-check
'use strict';

/**
 * `heap-analyzer node-load-test URL`: load on an app that runs, a snapshot before and after it, and what grew. `record`
 * takes three snapshots and so can prove more; users of heap-analyzer 1 know this one.
 */

const { addExamples } = require('../options');
const { DEFAULTS, addRecording } = require('../record/flags');

const DURATION = 60_000;

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('node-load-test')
    .description('Put load on a running app between two snapshots, and say what may leak.')
    .argument('<url>', 'where the load goes; {i} in it stands for the number of the request');
  addRecording(command, DURATION);
  addExamples(command, [
    'heap-analyzer node-load-test http://localhost:3000/api --endpoint http://localhost:3000/debug/heap-snapshot',
    'heap-analyzer node-load-test http://localhost:3000/api --inspect 9229 --concurrency 50 --duration 60',
  ]);
  command.action((url, options) => run(url, options, context));
}

/**
 * @param {string} url
 * @param {import('../record/run').Flags} flags
 * @param {import('../main').Context} context
 */
async function run(url, flags, context) {
  const { record } = require('../record/run');
  const { planOfLoadTest } = require('../record/session');
  const { duration = DURATION, warmUp = DEFAULTS.warmUp } = flags;
  await record(planOfLoadTest({ duration, warmUp }), { ...flags, url }, [], context);
}

/** Ways to say what it is about, of which only one can be given. */
const ways = [['endpoint'], ['inspect'], ['pid']];

module.exports = { define, ways };
