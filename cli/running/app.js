// @ts-check
'use strict';

/**
 * An app under observation, whatever way leads to it: takes snapshots, tells its memory, and is let go in the end. One
 * that runs already stays as it is; one that was started for the occasion ends.
 */

const { HeapAnalyzerError } = require('../../lib/errors');
const { openFigures } = require('../../lib/capture/remote/figures');
const { openRemote } = require('../../lib/capture/remote');
const { listenerOn } = require('../../lib/capture/remote/proc');
const { isLoopback } = require('../../lib/capture/remote/websocket');
const { accessOf, targetOf } = require('./target');
const { SpawnedApp } = require('./spawned');

/**
 * @typedef {object} Observed
 * @property {string} name how to call it in a sentence
 * @property {object} told what the JSON document says of it
 * @property {string} [note] what a reader should know of it
 * @property {number} [port] on which it listens, where that was found out
 * @property {(file: string, options: { signal: AbortSignal, reason: string, onProgress: (fraction: number) => void }) => Promise<any>} snapshot
 * @property {(() => Promise<import('../../lib/capture/remote/figures').Figures>) | null} memory null where nothing tells it
 * @property {<T>(work: Promise<T>) => Promise<T>} whileAlive rejects when the app ends before the work is done
 * @property {() => Promise<void>} close
 */

/**
 * @param {import('./target').TargetFlags} flags
 * @param {import('./target').Target} target
 * @param {import('../main').Context} context
 * @returns {Promise<Observed>}
 */
async function observe(flags, target, context) {
  const access = await accessOf(flags, target, context);
  const { signal: all } = context;
  const remote = await openRemote(target, { ...access, signal: all });
  const figures = await openFigures(target, { ...access, signal: all }, remote.source).catch(
    async (error) => {
      if (error.code === 'ERR_HEAP_UNSUPPORTED') return null;
      await remote.close();
      throw error;
    },
  );
  const [[kind, value]] = Object.entries(target);
  return {
    name: kind === 'pid' ? `process ${value}` : String(value),
    told: target,
    snapshot: (file, { signal, onProgress }) =>
      remote.take(file, {
        signal,
        // By a signal there is none: the app stands still and says nothing.
        ...(kind === 'pid' && !remote.source
          ? {}
          : { onProgress: (/** @type {any} */ { fraction }) => onProgress(fraction) }),
      }),
    memory: figures && (() => figures.read()),
    whileAlive: (work) => work,
    async close() {
      await figures?.close();
      await remote.close();
    },
  };
}

/**
 * Where none was named: the process that listens behind the URL, on this machine.
 * @param {URL} url
 * @returns {import('./target').Target | null}
 */
function behind(url) {
  if (!isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) return null;
  const pid = listenerOn(Number(url.port || (url.protocol === 'https:' ? 443 : 80)));
  return pid === null ? null : { pid };
}

/**
 * @param {import('./target').TargetFlags} flags
 * @param {URL | null} url
 * @returns {import('./target').Target}
 */
function targetFor(flags, url) {
  const target = targetOf(flags) ?? (url && behind(url));
  if (target) return target;
  throw new HeapAnalyzerError(
    'ERR_HEAP_USAGE',
    'which app? Give --endpoint URL, --inspect HOST:PORT or --pid N' +
      (url ? ', since no process of this machine is seen to listen there' : ''),
  );
}

/**
 * @param {string[]} command
 * @param {object} options
 * @param {string} options.log where its output goes
 * @param {NodeJS.ProcessEnv} options.env
 * @param {number} [options.port] on which it will listen
 * @param {number} options.withinMs in which it has to
 * @param {AbortSignal} options.signal
 * @param {(fraction: number) => void} options.onProgress
 * @returns {Promise<Observed>}
 */
async function startObserved(command, { log, env, port, withinMs, signal, onProgress }) {
  const app = new SpawnedApp(command, { log, env });
  try {
    await app.start();
    const found = await app.listening({ port, withinMs, signal, onProgress });
    const { agent, others } = found;
    const { hello } = agent;
    return {
      name: command.join(' '),
      told: { command, pid: hello.pid, nodeVersion: hello.version, port: found.port, log },
      ...(others > 0
        ? { note: `${others + 1} processes listen there; the one that is recorded is ${hello.pid}.` }
        : {}),
      port: found.port,
      snapshot: (file, { reason }) => agent.ask('snapshot', { file, reason }),
      async memory() {
        const { rss, heapUsed, heapTotal, external, arrayBuffers } = await agent.ask('memory');
        return { pid: hello.pid, rss, heapUsed, heapTotal, external, arrayBuffers };
      },
      async whileAlive(work) {
        const done = new AbortController();
        try {
          return await Promise.race([work, app.whenGone(done.signal)]);
        } finally {
          done.abort();
        }
      },
      close: () => app.end(),
    };
  } catch (error) {
    await app.end();
    throw error;
  }
}

module.exports = { observe, startObserved, targetFor };
