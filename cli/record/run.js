// @ts-check
'use strict';

/**
 * A recording from its flags to its exit code: the app, the load, the snapshots, what they prove, the files that stay.
 */

const fs = require('node:fs/promises');
const net = require('node:net');
const path = require('node:path');
const { HeapAnalyzerError } = require('../../lib/errors');
const { findLeaksIn } = require('../../lib/leaks');
const { fails } = require('../../lib/failing');
const { report } = require('../../lib/report');
const { replaceFile } = require('../../lib/report/replace-file');
const { readAccepted } = require('../accepted');
const { EXIT } = require('../exit');
const { openLoad, readLoadUrl } = require('../load');
const { print } = require('../output');
const { checkReports, ciFiles, writeCiReports, writeReports } = require('../reports');
const { renderLeaks } = require('../render/leaks');
const { progressLine } = require('../render/progress');
const { styleFor } = require('../render/style');
const { observe, startObserved, targetFor } = require('../running/app');
const { version } = require('../../package.json');
const { openDirectory } = require('./directory');
const { DEFAULTS } = require('./flags');
const { runPlan, snapshotsOf } = require('./session');
const story = require('./story');

const REPORT = 'report.md';
const LOG = 'app.log';
const SUFFIXES = { gzip: '.gz', zstd: '.zst' };

/**
 * @typedef {import('./flags').RecordFlags & import('../running/target').TargetFlags} Flags
 */

/**
 * @param {import('./session').Step[]} plan
 * @param {Flags} flags
 * @param {string[]} command to start the app by; empty for one that runs already
 * @param {import('../main').Context} context
 */
async function record(plan, flags, command, context) {
  const { json, quiet = false, signal } = { ...flags, signal: context.signal };
  const style = styleFor(context.stdout, context.env);
  const tell = (/** @type {string} */ text) => void (json || context.stdout.write(text));
  const suffix = flags.compress === undefined ? '' : SUFFIXES[flags.compress];
  const accepted = flags.ignore ? await readAccepted(flags.ignore) : undefined;
  await checkReports([...(flags.report ?? []), ...ciFiles(flags)]);
  const wanted = flags.url === undefined ? null : readLoadUrl(flags.url, flags.allowRemote ?? false);
  if (command.length === 0 && wanted === null && flags.script === undefined) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      'where shall the load go? Give --url URL, or --script FILE',
    );
  }
  refuseTwoApps(flags, command);
  const names = snapshotsOf(plan).map((name) => `${name}.heapsnapshot${suffix}`);
  const files = [...names, REPORT, ...(command.length > 0 ? [LOG] : [])];
  // Of an app that runs already we can know before anything is made.
  const target = command.length > 0 ? null : targetFor(flags, wanted);
  const directory = await openDirectory(flags.outputDir, {
    names: files,
    overwrite: flags.overwrite ?? false,
  });
  if (flags.overwrite) await removeOld(directory, names);

  const progress = steps(context, quiet);
  /** @type {import('./session').Done} */
  const done = { loads: [], captures: [], memory: [] };
  /** @type {import('../running/app').Observed | null} */
  let app = null;
  const started = Date.now();
  try {
    app = target
      ? await observe(flags, target, context)
      : await startObserved(command, {
          log: path.join(directory, LOG),
          env: context.env,
          port: portOf(wanted),
          withinMs: flags.startWithin ?? DEFAULTS.startWithin,
          signal,
          onProgress: (fraction) => progress.update({ phase: 'starting the app', fraction }),
        });
    const url = wanted ?? (app.port === undefined ? new URL('http://localhost') : await urlOf(app.port));
    const { method, body, loadHeader: headers, script, load: driver } = flags;
    const connections = flags.connections ?? flags.concurrency ?? DEFAULTS.connections;
    const drive = await openLoad({ url, connections, method, body, headers, script, driver });
    progress.clear();
    tell(story.opening({ app, url, connections, script, plan, directory }, style));
    const onDone = (/** @type {any} */ step) => {
      progress.clear();
      tell(story.stepDone(step, style));
    };
    const anyStatus = flags.anyStatus ?? false;
    const world = { app, drive, directory, suffix, anyStatus, signal, onProgress: progress.update, onDone };
    await runPlan(plan, world, done);
  } catch (error) {
    progress.clear();
    // A directory of our own in which there is nothing helps nobody.
    if (flags.outputDir === undefined) await fs.rmdir(directory).catch(() => {});
    tell(story.keptAfter(done.captures, directory, style));
    throw error;
  } finally {
    progress.clear();
    await app?.close();
  }
  const { leaks, html } = await analyse(done.captures, { plan, flags, accepted, signal, progress });
  const text = (/** @type {import('../render/style').Style} */ shown) =>
    renderLeaks(leaks, shown, { conclusive: leaks.conclusive, top: 10 });
  const told = {
    directory: path.resolve(directory),
    app: app.told,
    elapsedMs: Date.now() - started,
    ...done,
    report: path.resolve(directory, REPORT),
  };
  const answer = { ...leaks, tool: { name: 'heap-analyzer', version }, record: told };
  const markdown = report(leaks, { format: 'markdown' });
  await replaceFile(path.join(directory, REPORT), `${markdown.trimEnd()}\n\n${story.reportSection(told)}`);
  const { failOn = 'likely' } = flags;
  // After minutes of recording what was found is told first, and what became of the reports after it.
  const failed = await writeReports(flags.report, leaks, html)
    .then(() => writeCiReports(flags, leaks, failOn))
    .catch((error) => error);
  progress.clear();
  const ending = (/** @type {any} */ _, /** @type {import('../render/style').Style} */ shown) =>
    story.ending(answer, text(shown), directory, shown);
  if (!failed || !json) print(answer, json, ending, context);
  if (failed) throw failed;
  if (!leaks.conclusive) context.exitCode = EXIT.BAD_INPUT;
  else if (leaks.findings.some((/** @type {any} */ finding) => fails(finding, failOn))) {
    context.exitCode = EXIT.FINDINGS;
  }
}

/** @param {Flags} flags @param {string[]} command */
function refuseTwoApps({ endpoint, inspect, pid }, command) {
  if (command.length === 0 || (endpoint === undefined && inspect === undefined && pid === undefined)) return;
  throw new HeapAnalyzerError(
    'ERR_HEAP_USAGE',
    `either the app is started by \`${command.join(' ')}\`, or --endpoint, --inspect or --pid says which one runs`,
  );
}

/**
 * @param {any[]} captures
 * @param {object} how
 * @param {import('./session').Step[]} how.plan
 * @param {Flags} how.flags
 * @param {import('../../lib/accepted').AcceptedLeak[]} [how.accepted]
 * @param {AbortSignal} how.signal
 * @param {ReturnType<typeof steps>} how.progress
 */
async function analyse(captures, { plan, flags, accepted, signal, progress }) {
  const { sourceMaps, threads } = flags;
  const finalAfter = plan.some((step) => 'rest' in step) ? /** @type {const} */ ('rest') : undefined;
  const files = captures.map((capture) => capture.path);
  const common = { sourceMaps, threads, signal, onProgress: progress.update };
  try {
    const leaks = await findLeaksIn(files, { finalAfter, ignore: accepted, ...common }, true);
    const html = async () => require('../../lib/report/html').leaksReport(leaks, files, common);
    return { leaks, html };
  } finally {
    progress.clear();
  }
}

/**
 * A progress line that begins anew with each phase: what is over has a line of its own.
 * @param {import('../main').Context} context
 * @param {boolean} quiet
 */
function steps(context, quiet) {
  const make = () => progressLine({ stream: () => context.stderr, quiet });
  let line = make();
  return {
    update: (/** @type {{ phase: string, fraction: number }} */ progress) => line.update(progress),
    clear() {
      line.end();
      line = make();
    },
  };
}

/** @param {URL | null} url */
const portOf = (url) =>
  url === null ? undefined : Number(url.port || (url.protocol === 'https:' ? 443 : 80));

/** Apps listen on either address of this host, or on both. @param {number} port */
async function urlOf(port) {
  for (const host of ['127.0.0.1', '::1']) {
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, host);
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
    });
    if (open) return new URL(`http://${host === '::1' ? '[::1]' : host}:${port}/`);
  }
  return new URL(`http://localhost:${port}/`);
}

/**
 * A capture does not replace what another one wrote, unless told; and not every way to an app takes that word.
 * @param {string} directory
 * @param {string[]} names
 */
async function removeOld(directory, names) {
  for (const name of names) {
    for (const file of [name, `${name}.meta.json`, `${name}.heapindex`]) {
      await fs.rm(path.join(directory, file), { force: true });
    }
  }
}

module.exports = { record };
