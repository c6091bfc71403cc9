// @ts-check
'use strict';

/**
 * A snapshot of a process that is only known by its id, by a signal to it.
 *
 * A signal that is not handled ends the process. So one is sent only when the system says that there is a handler,
 * and somebody whom we trust says whose it is: our own marker, or Node's own option on the command line.
 */

const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { HeapAnalyzerError, fromSystem } = require('../../errors');
const { knownFacts } = require('../meta');
const { readMarker } = require('../marker');
const { isAlive } = require('../private-directory');
const { startTicks } = require('../identity');
const { SIGNALS } = require('../signals');
const { handles, listeningPorts, linkOr, lookAtProcess, nodeOptionOf, openFiles } = require('./proc');

/**
 * @typedef {import('./proc').Looked} Looked
 *
 * @typedef {object} Way how the process can be asked
 * @property {'signal' | 'node' | 'inspector'} kind our handler, Node's own, or an inspector that is to be opened
 * @property {NodeJS.Signals} signal
 * @property {string[]} temporaries where our marker may lie
 * @property {string} directory where Node writes
 */

const POLL_MS = 100;
const OPENS_WITHIN_MS = 5000;

/**
 * @param {number} pid
 * @param {boolean} allowInspector
 * @returns {{ looked: Looked, way: Way }}
 */
function findWay(pid, allowInspector) {
  if (process.platform !== 'linux') {
    throw new HeapAnalyzerError(
      'ERR_HEAP_UNSUPPORTED',
      'whether a signal is safe for a process can only be known on Linux: start it with --inspect and use --inspect HOST:PORT',
    );
  }
  const looked = lookAtProcess(pid);
  if (looked.elsewhere) {
    throw refused(pid, 'it runs in a container of its own; run this command inside of that');
  }
  const temporaries = [...new Set([looked.env.TMPDIR, os.tmpdir(), '/tmp'].filter(Boolean))];
  const directory = path.resolve(looked.cwd || '/', nodeOptionOf(looked, '--diagnostic-dir') ?? '');
  const common = { temporaries, directory };
  for (const signal of SIGNALS) {
    const marked = readMarker(temporaries, { pid, uid: looked.uid, signal }) !== null;
    if (marked && handles(pid, signal)) return { looked, way: { kind: 'signal', signal, ...common } };
  }
  const nodes = /** @type {NodeJS.Signals | undefined} */ (nodeOptionOf(looked, '--heapsnapshot-signal'));
  if (nodes && looked.isNode && handles(pid, nodes)) {
    return { looked, way: { kind: 'node', signal: nodes, ...common } };
  }
  if (!looked.isNode) throw refused(pid, 'it is no Node.js');
  if (allowInspector && handles(pid, 'SIGUSR1')) {
    return { looked, way: { kind: 'inspector', signal: 'SIGUSR1', ...common } };
  }
  const inspector = allowInspector
    ? 'it does not open its inspector on SIGUSR1 either'
    : '--allow-inspector opens its inspector for the moment';
  throw refused(
    pid,
    'no handler for snapshots is known there, and a signal without one would end it; start it with ' +
      `--import heap-analyzer/register or --heapsnapshot-signal=SIGUSR2 (${inspector})`,
  );
}

/** @param {number} pid @param {string} why */
const refused = (pid, why) =>
  new HeapAnalyzerError('ERR_HEAP_CAPTURE', `process ${pid} is not asked: ${why}`);

/**
 * Sends the signal, once more making sure that it is still the same process with a handler.
 * @param {Looked} looked
 * @param {NodeJS.Signals} signal
 */
function send({ pid, startTicks: before }, signal) {
  if (startTicks(pid) !== before || !handles(pid, signal)) throw refused(pid, 'it has changed a moment ago');
  try {
    process.kill(pid, signal);
  } catch (error) {
    throw fromSystem(error, `send ${signal} to process ${pid}`);
  }
}

/**
 * By our own handler: it tells in its marker what came of it.
 * @param {Looked} looked
 * @param {Way} way
 * @param {{ timeoutMs: number, signal?: AbortSignal }} options
 * @returns {Promise<{ file: string, sha256?: string, pauseMs?: number, meta: any }>} the file is the app's, and stays
 */
async function askOurHandler(looked, way, options) {
  const { pid, uid } = looked;
  const read = () => readMarker(way.temporaries, { pid, uid, signal: way.signal });
  const before = read()?.finished ?? 0;
  send(looked, way.signal);
  const marker = await until(looked, options, () => {
    const now = read();
    return now && now.finished > before ? now : null;
  });
  const { answer, error } = marker.last ?? {};
  if (!answer) {
    const why = error?.message ?? 'it does not say why';
    throw new HeapAnalyzerError('ERR_HEAP_REMOTE', `process ${pid} took no snapshot: ${why}`);
  }
  const { path: file, sha256, pauseMs, meta } = answer;
  return { file, sha256, ...(pauseMs === undefined ? {} : { pauseMs }), meta: knownFacts(meta) };
}

/**
 * By Node's own handler, which tells nobody: a new file appears where Node writes.
 * @param {Looked} looked
 * @param {Way} way
 * @param {{ timeoutMs: number, signal?: AbortSignal }} options
 * @returns {Promise<{ file: string, meta: any }>} the file is complete, and nobody's
 */
async function askNode(looked, way, options) {
  const { pid } = looked;
  const pattern = new RegExp(`^Heap\\.\\d{8}\\.\\d{6}\\.${pid}\\.0\\.\\d+\\.heapsnapshot$`);
  const list = async () => (await fs.readdir(way.directory)).filter((name) => pattern.test(name));
  let before;
  try {
    before = new Set(await list());
  } catch (error) {
    throw fromSystem(error, `read ${way.directory}, where process ${pid} writes its snapshots`);
  }
  const capturedAt = new Date().toISOString();
  send(looked, way.signal);
  const file = await until(looked, options, async () => {
    const name = (await list()).find((found) => !before.has(found));
    if (name === undefined) return null;
    const found = path.join(way.directory, name);
    // While it is written the process has it open.
    return openFiles(pid).includes(found) ? null : found;
  });
  return { file, meta: { capturedAt, pid, threadId: 0 } };
}

/**
 * Opens the inspector, which Node does on SIGUSR1.
 * @param {Looked} looked
 * @param {Way} way
 * @param {{ signal?: AbortSignal }} options
 * @returns {Promise<{ port: number, wasOpen: boolean }>}
 */
async function openItsInspector(looked, way, { signal }) {
  const { pid } = looked;
  if (linkOr(`/proc/${pid}/ns/net`) !== linkOr('/proc/self/ns/net')) {
    throw refused(
      pid,
      'its inspector would listen in a container of its own; run this command inside of that',
    );
  }
  const before = listeningPorts(pid);
  const given = nodeOptionOf(looked, '--inspect') ?? nodeOptionOf(looked, '--inspect-port') ?? '9229';
  const usual = Number(/(\d+)$/.exec(given)?.[1] ?? 9229);
  if (nodeOptionOf(looked, '--inspect') !== undefined && before.has(usual))
    return { port: usual, wasOpen: true };
  send(looked, way.signal);
  const port = await until(looked, { timeoutMs: OPENS_WITHIN_MS, signal }, () => {
    for (const now of listeningPorts(pid)) if (!before.has(now)) return now;
    return null;
  }).catch((error) => {
    // It was open already: then SIGUSR1 does nothing.
    if (before.has(usual) && !signal?.aborted) return 0;
    throw error;
  });
  return port === 0 ? { port: usual, wasOpen: true } : { port, wasOpen: false };
}

/**
 * Waits until it listens there no more.
 * @param {Looked} looked
 * @param {number} port
 */
async function untilClosed(looked, port) {
  const closed = () => (listeningPorts(looked.pid).has(port) ? null : true);
  await until(looked, { timeoutMs: OPENS_WITHIN_MS }, closed);
}

/**
 * @template T
 * @param {Looked} looked
 * @param {{ timeoutMs: number, signal?: AbortSignal }} options
 * @param {() => T | null | Promise<T | null>} look
 * @returns {Promise<T>}
 */
async function until({ pid, startTicks: before }, { timeoutMs, signal }, look) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== null) return found;
    if (!isAlive(pid) || startTicks(pid) !== before) {
      throw new HeapAnalyzerError('ERR_HEAP_REMOTE', `process ${pid} ended meanwhile`);
    }
    if (Date.now() > deadline) {
      throw new HeapAnalyzerError(
        'ERR_HEAP_REMOTE',
        `process ${pid} did not answer within ${timeoutMs / 1000} s`,
      );
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
  }
}

module.exports = { findWay, askOurHandler, askNode, openItsInspector, untilClosed };
