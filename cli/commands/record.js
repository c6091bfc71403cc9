// @ts-check
'use strict';

/**
 * `heap-analyzer record`: the whole leak hunt in one command. Baseline after a warm-up, load, target, load, final, and
 * what they prove.
 */

const { addExamples, time } = require('../options');
const { DEFAULTS, addRecording } = require('../record/flags');

const DURATION = 60_000;

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('record')
    .description('Put load on an app, take three snapshots meanwhile, and say what leaks.')
    .argument('[command...]', 'after --: what starts the app; left out for one that runs already')
    .option(
      '-u, --url <url>',
      'where the load goes; {i} in it stands for the number of the request (default: / of the started app)',
    )
    .option('--rest <time>', 'take the last snapshot after so long a rest, and not after more load', time)
    .option(
      '--start-within <time>',
      `in which a started app has to listen (default: ${DEFAULTS.startWithin / 1000}s)`,
      time,
    );
  addRecording(command, DURATION);
  addExamples(command, [
    'heap-analyzer record -- node app.js',
    'heap-analyzer record --url http://localhost:3000/api/users/{i} -c 50 -d 60s -- npm start',
    'heap-analyzer record --url http://localhost:3000/api --inspect 9229',
  ]);
  command.action((words, options) => run(words, options, context));
}

/**
 * @param {string[]} words
 * @param {import('../record/run').Flags} flags
 * @param {import('../main').Context} context
 */
async function run(words, flags, context) {
  const { record } = require('../record/run');
  const { planOfRecord } = require('../record/session');
  const { duration = DURATION, warmUp = DEFAULTS.warmUp, rest } = flags;
  await record(planOfRecord({ duration, warmUp, rest }), flags, words, context);
}

/** Ways to say what it is about, of which only one can be given. */
const ways = [['command'], ['endpoint'], ['inspect'], ['pid']];

module.exports = { define, ways };
