// @ts-check
'use strict';

/**
 * `heap-analyzer node-monitor`: the memory of a running app over time, with alerts, and snapshots where they are wanted.
 */

const { EXIT } = require('../exit');
const { BadValue, addExamples, addJson, bytes, integerFrom, time } = require('../options');
const { WAYS, accessOf, addTarget, targetOf } = require('../running/target');

const DEFAULTS = { interval: 5000, growthAbove: 0.5, coolDown: 10 * 60_000, maxSnapshots: 5 };
const WEBHOOK_MS = 10_000;

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('node-monitor')
    .description('Watch the memory of a running app, and say when it grows.')
    .option('-i, --interval <time>', `how often to look (default: ${DEFAULTS.interval / 1000}s)`, time)
    .option('-d, --duration <time>', 'for how long (default: until Ctrl-C, or until the app ends)', time)
    .option('--growth-above <share>', 'an alert when it grew by so much (default: 50%)', share)
    .option('--heap-used-above <size>', 'an alert above so much of the heap in use', bytes)
    .option('--rss-above <size>', 'an alert above so much resident memory', bytes)
    .option('--threshold <size>', 'the same as --heap-used-above; a bare number is in MB', megabytes)
    .option('--snapshot', 'take a snapshot with an alert: it stops the app for some seconds')
    .option(
      '--output-dir <dir>',
      'where snapshots go (default: HEAP_SNAPSHOT_DIR, else the working directory)',
    )
    .option('--max-snapshots <n>', `in 24 hours (default: ${DEFAULTS.maxSnapshots})`, integerFrom(0))
    .option(
      '--cool-down <time>',
      `between two snapshots, and two alerts of a line (default: ${DEFAULTS.coolDown / 60_000}min)`,
      time,
    )
    .option('--webhook-url <url>', 'send each alert there, as JSON');
  addTarget(command);
  addJson(command);
  addExamples(command, [
    'heap-analyzer node-monitor --pid 1234',
    'heap-analyzer node-monitor --inspect 9229 --interval 10s --growth-above 30% --snapshot',
    'heap-analyzer node-monitor --endpoint http://localhost:3000/debug/heap-snapshot --duration 1h --json',
  ]);
  command.action((options) => run(options, context));
}

/** @param {string} text */
function share(text) {
  const { growth } = require('../../lib/watch/options');
  const number = Number(text);
  try {
    return growth(Number.isFinite(number) && text !== '' ? number : text, 'growth-above');
  } catch {
    throw new BadValue('It takes a share such as 50% or 0.5');
  }
}

/** @param {string} text */
const megabytes = (text) => bytes(/^\d+(?:\.\d+)?$/.test(text) ? `${text}MB` : text);

/**
 * @typedef {object} Flags
 * @property {number} [interval] milliseconds
 * @property {number} [duration] milliseconds
 * @property {number} [growthAbove]
 * @property {number} [heapUsedAbove]
 * @property {number} [rssAbove]
 * @property {number} [threshold]
 * @property {boolean} [snapshot]
 * @property {string} [outputDir]
 * @property {number} [maxSnapshots]
 * @property {number} [coolDown] milliseconds
 * @property {string} [webhookUrl]
 * @property {boolean} [json]
 * @property {boolean} [quiet]
 *
 * @param {Flags & import('../running/target').TargetFlags} flags
 * @param {import('../main').Context} context
 */
async function run(flags, context) {
  const { HeapAnalyzerError } = require('../../lib/errors');
  const { openFigures } = require('../../lib/capture/remote/figures');
  const { openRemote } = require('../../lib/capture/remote');
  const { monitorLines } = require('../render/monitor');
  const { styleFor } = require('../render/style');
  const { monitor, summary } = require('../running/monitor');
  const { print } = require('../output');
  const { version } = require('../../package.json');

  const { interval = DEFAULTS.interval, duration = Infinity, json, outputDir, webhookUrl } = flags;
  const { coolDown = DEFAULTS.coolDown, maxSnapshots = DEFAULTS.maxSnapshots } = flags;
  const target = targetOf(flags);
  if (target === null) throw new HeapAnalyzerError('ERR_HEAP_USAGE', `which app? ${WAYS}`);
  if (interval < 10) throw new HeapAnalyzerError('ERR_HEAP_USAGE', '--interval is 10 ms at the least');
  const hook = webhookUrl === undefined ? null : readHook(webhookUrl);
  const { signal } = context;
  const access = await accessOf(flags, target, context);
  const remote =
    flags.snapshot || flags.allowInspector ? await openRemote(target, { ...access, signal }) : null;
  const reader = await openFigures(target, { ...access, signal }, remote?.source);
  const started = performance.now();
  const lines = monitorLines(styleFor(context.stdout, context.env));
  const tell = (/** @type {string} */ text) => void (json || context.stdout.write(text));
  let watched;
  try {
    const above = linesOf(flags, reader.from);
    watched = await monitor(
      { ...above, coolDown, maxSnapshots },
      {
        reader,
        intervalMs: interval,
        durationMs: duration,
        signal,
        capture:
          flags.snapshot && remote
            ? (kind) => {
                const reason = remote.source ? { reason: `alert-${kind}` } : {};
                return remote.take(undefined, { signal, directory: outputDir, ...reason });
              }
            : null,
        onSample: (sample) => tell(lines.sample(sample)),
        async onAlert(alert) {
          tell(lines.alert(alert));
          if (hook) await send(hook, { app: target, alert }, context);
        },
      },
    );
  } finally {
    await reader.close();
    await remote?.close();
  }
  const answer = {
    schemaVersion: 1,
    tool: { name: 'heap-analyzer', version },
    app: { ...target, figuresFrom: reader.from },
    intervalMs: interval,
    summary: summary(watched.samples),
    ...watched,
  };
  print(answer, json, (shown) => lines.ending(shown, performance.now() - started), context);
  if (signal.aborted) context.exitCode = EXIT.INTERRUPTED;
  else if (watched.alerts.length > 0) context.exitCode = EXIT.FINDINGS;
}

/**
 * Growth is watched where nothing else is asked for.
 * @param {Flags} flags
 * @param {'inspector' | 'endpoint' | 'system'} from
 */
function linesOf({ growthAbove, heapUsedAbove, rssAbove, threshold }, from) {
  // Who knew this option before had no say in which memory is meant: where only the system tells, it is the resident one.
  const ofSystem = from === 'system';
  const lines = {
    growthAbove,
    heapUsedAbove: heapUsedAbove ?? (ofSystem ? undefined : threshold),
    rssAbove: rssAbove ?? (ofSystem ? threshold : undefined),
  };
  const none = Object.values(lines).every((line) => line === undefined);
  return none ? { growthAbove: DEFAULTS.growthAbove } : lines;
}

/** @param {string} text */
function readHook(text) {
  const { HeapAnalyzerError } = require('../../lib/errors');
  try {
    const url = new URL(text);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // Said below.
  }
  throw new HeapAnalyzerError(
    'ERR_HEAP_USAGE',
    `a webhook is an http: or https: URL, and not ${JSON.stringify(text)}`,
  );
}

/**
 * Whether it arrives or not, watching goes on.
 * @param {URL} url
 * @param {any} message
 * @param {import('../main').Context} context
 */
async function send(url, message, { stderr, signal }) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // Chats show `text`.
      body: JSON.stringify({ text: `heap-analyzer: ${message.alert.message}`, ...message }),
      signal: AbortSignal.timeout(WEBHOOK_MS),
      redirect: 'error',
    });
    if (response.ok) return;
    throw new Error(`it answers with status ${response.status}`);
  } catch (error) {
    if (signal.aborted) return;
    stderr.write(`heap-analyzer: the webhook was not told: ${/** @type {Error} */ (error).message}\n`);
  }
}

/** Ways to say what it is about, of which only one can be given. */
const ways = [['endpoint'], ['inspect'], ['pid']];

module.exports = { define, ways };
