// @ts-check
'use strict';

/**
 * `heap-analyzer node-snapshot`: a snapshot of a running app, from outside.
 */

const { HeapAnalyzerError } = require('../../lib/errors');
const { EXIT } = require('../exit');
const { addExamples, addJson, choice, integerFrom } = require('../options');
const { TOKEN_VARIABLE, WAYS, collectHeader, targetOf, tokenOf } = require('../running/target');

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('node-snapshot')
    .description('Take a snapshot of a running app, from outside.')
    .option('--endpoint <url>', 'by its HTTP endpoint')
    .option('--inspect <address>', 'by its inspector (node --inspect): HOST:PORT or a port')
    .option('--pid <n>', 'by a signal to the process, where that is known to be safe', integerFrom(1))
    .option(
      '-o, --output <file>',
      'where the snapshot goes; .gz and .zst pack it (default: a name of ours in HEAP_SNAPSHOT_DIR)',
    )
    .option('--overwrite', 'replace what stands there')
    .option('--compress <how>', ...choice('pack it', ['gzip', 'zstd', 'none']))
    .option('--thread <id>', 'with --inspect: a worker thread', integerFrom(0))
    .option('--list', 'with --inspect: only list the threads')
    .option('--numeric-values', 'with --inspect: numbers too')
    .option('--reason <text>', 'with --inspect: why, for the sidecar')
    .option('--force', 'with --inspect: even though memory or disk seem too small')
    .option('--allow-remote', 'with --inspect: an address of another host, unencrypted')
    .option('--allow-inspector', 'with --pid: open its inspector for the moment, if nothing else is possible')
    .option('--token-env <name>', `with --endpoint: the variable with the token (default: ${TOKEN_VARIABLE})`)
    .option('--token-file <file>', 'with --endpoint: the file with the token')
    .option('--header <line>', 'with --endpoint: one more header, "Name: value"; repeatable', collectHeader)
    .option('--timeout <seconds>', 'how long nothing may come (default: 900)', integerFrom(1))
    .option('--dry-run', 'only say how it would be taken, and what it would cost');
  addJson(command);
  addExamples(command, [
    'heap-analyzer node-snapshot --endpoint http://localhost:3000/debug/heap-snapshot -o a.heapsnapshot',
    'heap-analyzer node-snapshot --inspect 127.0.0.1:9229 -o a.heapsnapshot',
    'heap-analyzer node-snapshot --pid 1234 -o a.heapsnapshot',
  ]);
  command.action((options) => run(options, context));
}

/**
 * @typedef {object} Flags
 * @property {string} [endpoint]
 * @property {string} [inspect]
 * @property {number} [pid]
 * @property {string} [output]
 * @property {boolean} [overwrite]
 * @property {'gzip' | 'zstd' | 'none'} [compress]
 * @property {number} [thread]
 * @property {boolean} [list]
 * @property {boolean} [numericValues]
 * @property {string} [reason]
 * @property {boolean} [force]
 * @property {boolean} [allowRemote]
 * @property {boolean} [allowInspector]
 * @property {string} [tokenEnv]
 * @property {string} [tokenFile]
 * @property {Record<string, string>} [header]
 * @property {number} [timeout]
 * @property {boolean} [dryRun]
 * @property {boolean} [json]
 * @property {boolean} [quiet]
 */

/**
 * @param {Flags} flags
 * @param {import('../main').Context} context
 */
async function run(flags, context) {
  const remote = require('../../lib/capture/remote');
  const { print } = require('../output');
  const { progressLine } = require('../render/progress');
  const render = require('../render/capture');
  const { version } = require('../../package.json');

  const target = targetOf(flags);
  if (target === null) throw new HeapAnalyzerError('ERR_HEAP_USAGE', `of which app? ${WAYS}`);
  if (flags.list && flags.inspect === undefined)
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', '--list goes with --inspect');
  const { json, quiet = false } = flags;
  const head = { schemaVersion: 1, tool: { name: 'heap-analyzer', version } };
  if (flags.list) {
    const { signal } = context;
    const { allowRemote } = flags;
    const threads = await remote.listThreads(target, { signal, allowRemote });
    print({ ...head, threads }, json, render.renderThreads, context);
    return;
  }
  const options = await optionsOf(flags, context);
  if (flags.dryRun) {
    const estimate = await remote.estimateHeapSnapshotFrom(target, options);
    print({ ...head, ...estimate }, json, render.renderEstimate, context);
    if (estimate.preflight?.refusal) context.exitCode = EXIT.FAILED;
    return;
  }
  const progress = progressLine({ stream: () => context.stderr, quiet });
  let answer;
  try {
    const told = 'pid' in target ? options : { ...options, onProgress: progress.update };
    answer = await remote.takeHeapSnapshotFrom(target, flags.output, told);
  } finally {
    progress.end();
  }
  print({ ...head, ...answer }, json, render.renderCapture, context);
}

/** Flags that only one kind of target has a use for. @type {Array<[keyof Flags, string]>} */
const BELONGS = [
  ['thread', 'inspect'],
  ['numericValues', 'inspect'],
  ['reason', 'inspect'],
  ['force', 'inspect'],
  ['allowRemote', 'inspect'],
  ['allowInspector', 'pid'],
  ['tokenEnv', 'endpoint'],
  ['tokenFile', 'endpoint'],
  ['header', 'endpoint'],
];

/**
 * @param {Flags} flags
 * @param {import('../main').Context} context
 */
async function optionsOf(flags, context) {
  for (const [flag, target] of BELONGS) {
    if (flags[flag] === undefined || /** @type {any} */ (flags)[target] !== undefined) continue;
    const name = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', `--${name} goes with --${target}`);
  }
  const { compress, overwrite, timeout, inspect, endpoint } = flags;
  const common = { overwrite, signal: context.signal, compress: compress === 'none' ? false : compress };
  if (inspect !== undefined) {
    const { thread: threadId, numericValues: exposeNumericValues, reason, force, allowRemote } = flags;
    if (timeout !== undefined) {
      throw new HeapAnalyzerError('ERR_HEAP_USAGE', '--timeout goes with --endpoint and --pid');
    }
    return { ...common, threadId, exposeNumericValues, reason, force, allowRemote };
  }
  const timeoutMs = timeout === undefined ? undefined : timeout * 1000;
  if (endpoint === undefined) return { ...common, timeoutMs, allowInspector: flags.allowInspector };
  return { ...common, timeoutMs, token: await tokenOf(flags, context), headers: flags.header };
}

/** Ways to say what it is about, of which only one can be given. */
const ways = [['endpoint'], ['inspect'], ['pid']];

module.exports = { define, ways };
