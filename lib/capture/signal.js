// @ts-check
'use strict';

/**
 * onSignal: a snapshot whenever a signal comes. Documented for users in index.d.ts.
 */

const { isMainThread } = require('node:worker_threads');
const { HeapAnalyzerError } = require('../errors');
const { callback, flag, readOptions } = require('../options');
const { adoptOwn } = require('./adopt');
const { takeHeapSnapshot } = require('./index');
const { OwnMarker } = require('./marker');
const { nodeOption } = require('./node-options');
const { directoryOptions, heapOptions } = require('./options');
const { SIGNALS } = require('./signals');
const { supervisorUsing } = require('./supervisor');

/**
 * Signals that mean something already, to the system or to Node: a handler of ours would take that away.
 * @type {Record<string, string>}
 */
const TAKEN = {
  SIGUSR1: 'Node.js opens its inspector on it',
  SIGTERM: 'it ends processes',
  SIGINT: 'it is Ctrl-C',
  SIGQUIT: 'it ends processes',
  SIGPROF: 'profilers use it',
};

/** Handlers of this process by their signal. @type {Map<string, () => void>} */
const installed = new Map();

/**
 * @param {unknown} [signal]
 * @param {unknown} [options]
 * @returns {() => void} takes the handler off again
 */
function onSignal(signal = 'SIGUSR2', options) {
  const { signal: _, threadId: __, whenBusy: ___, ...known } = heapOptions;
  const read = readOptions('onSignal', options, {
    ...known,
    ...directoryOptions,
    onError: callback,
    quiet: flag,
  });
  const name = checkSignal(signal);
  // The newest wish counts: what the app says itself comes after what was preloaded.
  installed.get(name)?.();
  const nodes = nodeOption('--heapsnapshot-signal') === name;
  if (nodes) {
    const message = `Node.js itself takes snapshots on ${name} (--heapsnapshot-signal): heap-analyzer only adopts its files`;
    process.emitWarning(message, 'HeapAnalyzerWarning');
  }
  const supervisor = supervisorUsing(name);
  if (supervisor) {
    const message = `${supervisor} restarts this process with ${name}, which now takes a snapshot instead: choose another signal, or start ${supervisor} with --signal SIGTERM`;
    process.emitWarning(message, 'HeapAnalyzerWarning');
  }
  return install(name, read, nodes);
}

/**
 * @param {unknown} signal
 * @returns {NodeJS.Signals}
 */
function checkSignal(signal) {
  if (process.platform === 'win32') {
    throw new HeapAnalyzerError(
      'ERR_HEAP_UNSUPPORTED',
      'Windows has no signals to take snapshots on: use the HTTP endpoint, or start Node.js with --inspect and use `heap-analyzer node-snapshot --inspect`',
    );
  }
  if (!isMainThread) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_UNSUPPORTED',
      'signals come to the main thread only: call onSignal() there',
    );
  }
  const name = String(signal);
  if (SIGNALS.some((possible) => possible === name)) return /** @type {NodeJS.Signals} */ (name);
  const why = TAKEN[name] ?? `it takes one of ${SIGNALS.join(', ')}`;
  throw new HeapAnalyzerError('ERR_HEAP_USAGE', `onSignal() cannot have the signal ${name}: ${why}`);
}

/**
 * @param {NodeJS.Signals} name
 * @param {any} options
 * @param {boolean} nodes whether Node writes the snapshots, and we only adopt them
 */
function install(name, { onError, quiet = false, reason = name, ...options }, nodes) {
  const marker = new OwnMarker(name);
  const capture = nodes ? adoptAll : takeOne;
  let busy = false;
  const handle = async () => {
    // Signals that come while one is served are served by it; the kernel merges quick ones in any case.
    if (busy) return;
    busy = true;
    try {
      const answers = await capture({ ...options, reason });
      for (const answer of answers) {
        if (!quiet) report(answer);
        marker.finished({ answer });
      }
    } catch (error) {
      const { code, message } = /** @type {any} */ (error);
      marker.finished({ error: { code: String(code), message: String(message) } });
      complain(onError, error);
    } finally {
      busy = false;
    }
  };
  const atExit = () => marker.remove();
  const off = () => {
    if (installed.get(name) !== off) return;
    installed.delete(name);
    process.off(name, handle).off('exit', atExit);
    marker.remove();
  };
  process.on(name, handle).on('exit', atExit);
  installed.set(name, off);
  return off;
}

/** @param {any} options */
const takeOne = async (options) => [await takeHeapSnapshot(undefined, { ...options, whenBusy: 'share' })];

/**
 * Node's own handler stands before ours, and has written its file by now.
 * @param {any} options
 */
async function adoptAll({ directory, compress, maxFiles, maxBytes, reason, onSnapshot }) {
  const { adopted, broken } = await adoptOwn({ directory, compress, maxFiles, maxBytes, reason, onSnapshot });
  if (broken.length > 0) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_CAPTURE',
      `Node.js did not write a whole snapshot: ${broken.join(', ')}`,
    );
  }
  return adopted;
}

/** @param {any} answer */
function report({ path, sizeBytes, pauseMs }) {
  const pause = pauseMs === undefined ? '' : `, the event loop stood still for ${Math.round(pauseMs)} ms`;
  // stdout is the app's own.
  process.stderr.write(
    `heap-analyzer: heap snapshot written to ${path} (${(sizeBytes / 1e6).toFixed(1)} MB${pause})\n`,
  );
}

/**
 * @param {((error: any) => unknown) | undefined} onError
 * @param {unknown} error
 */
function complain(onError, error) {
  let trouble = error;
  try {
    if (onError) return void onError(error);
  } catch (another) {
    trouble = another;
  }
  const { message } = /** @type {any} */ (trouble);
  process.emitWarning(`no snapshot was taken: ${message}`, 'HeapAnalyzerWarning');
}

module.exports = { onSignal };
