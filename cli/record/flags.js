// @ts-check
'use strict';

/**
 * The options that `record` and `node-load-test` have in common, and how they are put together to a recording.
 */

const { addThreads, addJson, choice, integerFrom, time } = require('../options');
const { addCiReports, addReport } = require('../reports');
const { addTarget, collectHeader } = require('../running/target');

const DEFAULTS = { connections: 10, warmUp: 5000, startWithin: 60_000 };

/**
 * @typedef {object} RecordFlags
 * @property {string} [url]
 * @property {number} [connections]
 * @property {number} [concurrency]
 * @property {number} [duration] milliseconds
 * @property {number} [warmUp] milliseconds
 * @property {number} [rest] milliseconds
 * @property {string} [method]
 * @property {string} [body]
 * @property {Record<string, string>} [loadHeader]
 * @property {string} [script]
 * @property {'autocannon' | 'own'} [load]
 * @property {boolean} [anyStatus]
 * @property {string} [outputDir]
 * @property {boolean} [overwrite]
 * @property {'gzip' | 'zstd'} [compress]
 * @property {number} [startWithin] milliseconds
 * @property {'leak' | 'likely' | 'growth' | 'never'} [failOn]
 * @property {string[]} [ignore]
 * @property {string} [sourceMaps]
 * @property {string[]} [report]
 * @property {string} [junit]
 * @property {string} [sarif]
 * @property {number} [threads]
 * @property {boolean} [json]
 * @property {boolean} [quiet]
 */

/**
 * @param {import('commander').Command} command
 * @param {number} duration milliseconds, the default
 */
function addRecording(command, duration) {
  command
    .option('-c, --connections <n>', `visitors at a time (default: ${DEFAULTS.connections})`, integerFrom(1))
    .option('--concurrency <n>', 'the same', integerFrom(1))
    .option('-d, --duration <time>', `how long the load lasts in all (default: ${duration / 1000}s)`, time)
    .option('--warm-up <time>', `load before the first snapshot (default: ${DEFAULTS.warmUp / 1000}s)`, time)
    .option('--method <name>', 'of the requests (default: GET, with --body POST)')
    .option('--body <text>', 'of the requests; {i} stands for the number of the request')
    .option(
      '--load-header <line>',
      'one more header of the requests, "Name: value"; repeatable',
      collectHeader,
    )
    .option('--script <file>', 'a module whose function is one visit, in place of requests to one URL')
    .option(
      '--load <driver>',
      ...choice('what makes the load (default: autocannon where it is installed)', ['autocannon', 'own']),
    );
  addTarget(command);
  command
    .option('--any-status', 'go on even though no answer has a status of 2xx')
    .option('--output-dir <dir>', 'where snapshots and report go (default: a new directory, heap-record-…)')
    .option('--overwrite', 'replace what stands there')
    .option('--compress <how>', ...choice('pack the snapshots', ['gzip', 'zstd']))
    .option('--source-maps <dir>', 'where the source maps of bundles are, if not beside them')
    .option(
      '--fail-on <grade>',
      ...choice('exit 1 from this grade on (default: likely)', ['leak', 'likely', 'growth', 'never']),
    )
    .option('--ignore <what...>', 'accepted leaks: fingerprints, or a file of them');
  addReport(command);
  addCiReports(command);
  addThreads(command);
  addJson(command);
  return command;
}

module.exports = { DEFAULTS, addRecording };
