// @ts-check
'use strict';

/**
 * Where a snapshot comes from. Our own isolate, another thread of this process and another process differ in how they
 * are asked; everything before and after that (preflight, private directory, check, name, sidecar) is the same.
 */

const fs = require('node:fs/promises');
const os = require('node:os');
const { HeapAnalyzerError } = require('../errors');
const { ChunkFile } = require('./chunk-file');
const { identity, identityOf, ticksIn } = require('./identity');
const { readAvailableMemory } = require('./memory');
const { BOOT_ID, PID_NAMESPACE, tagOf } = require('./private-directory');
const { look, lookIntoWorker, lookThrough, readFileThrough, readLinkThrough } = require('./probe');
const { writeBySession } = require('./write-by-session');
const { writeSnapshot } = require('./write-snapshot');

/**
 * @typedef {import('./probe').Seen} Seen
 * @typedef {{ exposeNumericValues: boolean, exposeInternals: boolean, way: 'direct' | 'inspector' }} V8Options
 *
 * @typedef {object} Source
 * @property {{ kind: 'process' | 'thread' | 'inspector', target: number | string }} described as answers tell it
 * @property {'direct' | 'inspector' | undefined} onlyWay the way that is possible, where there is one only
 * @property {() => Promise<Seen>} see
 * @property {(seen: Seen) => Promise<import('./identity').Identity & { threadName?: string }>} identify
 * @property {() => Promise<import('./memory').Available | null>} memory what is left for a capture
 * @property {(file: string, options: V8Options, control: Control) => Promise<number>} write
 *   makes the file; gives how long that thread stood still, in milliseconds
 * @property {() => void} close
 *
 * @typedef {object} Control
 * @property {AbortSignal} [signal]
 * @property {(fraction: number) => void} [onProgress]
 */

/** What has not answered by then is in a loop that does not let anybody in. */
const ANSWER_MS = 10_000;

/** @type {Source} */
const ownIsolate = {
  described: { kind: 'process', target: process.pid },
  onlyWay: undefined,
  see: async () => look(require),
  identify: async () => identity(),
  memory: () => readAvailableMemory(system),
  write: async (file, { way, ...options }) =>
    way === 'inspector' ? writeBySession(file, options) : writeSnapshot(file, options),
  close() {},
};

const system = {
  platform: process.platform,
  readFile: (/** @type {string} */ file) => fs.readFile(file, 'utf8'),
  freemem: os.freemem,
};

/**
 * A thread at the other end of a conversation.
 * @param {import('./channel').Channel} channel
 * @param {object} about
 * @param {Source['described']} about.described
 * @param {number} about.threadId
 * @param {string} [about.threadName]
 * @param {import('./channel').Channel} [about.main] to the main thread of that process; left out for threads of our own
 * @param {() => void} about.close
 * @returns {Source}
 */
function farIsolate(channel, { described, threadId, threadName, main, close }) {
  const name = threadName === undefined ? {} : { threadName };
  const host = async () => (main ? lookThrough(main) : look(require));
  /** @type {<T>(asked: Promise<T>) => Promise<T>} what a thread of our own does not answer is no other process's fault */
  const ours = (asked) =>
    main
      ? asked
      : asked.catch((error) => {
          if (error?.code !== 'ERR_HEAP_REMOTE') throw error;
          throw new HeapAnalyzerError('ERR_HEAP_CAPTURE', `thread ${threadId}: ${error.message}`, {
            cause: error,
          });
        });
  return {
    described,
    onlyWay: 'inspector',
    see() {
      const looking =
        channel === main ? host() : host().then((seen) => lookIntoWorker(channel, seen, threadId));
      return ours(inTime(looking, described));
    },
    async identify(seen) {
      const who = main ? await farIdentity(main, seen) : identity();
      return { ...who, ...name };
    },
    async memory() {
      if (!main) return readAvailableMemory(system);
      const { platform, freemem } = await lookThrough(main);
      const readFile = (/** @type {string} */ file) => readFileThrough(main, file);
      return readAvailableMemory({ platform, readFile, freemem: () => freemem });
    },
    // Progress makes V8 call back in the middle of its work: in one's own process that is a segmentation fault.
    write: (file, options, control) =>
      ours(writeThrough(channel, file, options, control, main !== undefined)),
    close,
  };
}

/**
 * @param {import('./channel').Channel} channel
 * @param {Seen} seen
 */
async function farIdentity(channel, { pid, hostname, startedMs }) {
  const orEmpty = (/** @type {Promise<string>} */ reading) => reading.catch(() => '');
  const boot = await orEmpty(readFileThrough(channel, BOOT_ID));
  const namespace = await orEmpty(readLinkThrough(channel, PID_NAMESPACE));
  const stat = await orEmpty(readFileThrough(channel, '/proc/self/stat'));
  return identityOf(pid, startedMs, tagOf([hostname, boot, namespace]), stat === '' ? null : ticksIn(stat));
}

/**
 * @param {import('./channel').Channel} channel
 * @param {string} file
 * @param {V8Options} options
 * @param {Control} control
 * @param {boolean} reportProgress
 */
async function writeThrough(channel, file, options, { signal, onProgress }, reportProgress) {
  const output = new ChunkFile(file);
  const stops = [
    channel.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => output.push(chunk)),
    channel.on('HeapProfiler.reportHeapSnapshotProgress', ({ done, total }) =>
      onProgress?.(total > 0 ? Math.min(1, done / total) : 0),
    ),
  ];
  // The other side cannot be stopped, but nobody has to listen to it.
  const giveUp = () => channel.close(signal?.reason);
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    signal?.throwIfAborted();
    const started = performance.now();
    const taken = channel.post('HeapProfiler.takeHeapSnapshot', {
      reportProgress,
      captureNumericValue: options.exposeNumericValues,
      exposeInternals: options.exposeInternals,
    });
    await Promise.race([taken, output.failed]);
    const took = performance.now() - started;
    await output.finish();
    return Math.round(took * 10) / 10;
  } finally {
    for (const stop of stops) stop();
    signal?.removeEventListener('abort', giveUp);
    await output.discard();
  }
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {Source['described']} described
 * @returns {Promise<T>}
 */
async function inTime(promise, { kind, target }) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const who = kind === 'thread' ? `thread ${target}` : String(target);
      const why = `${who} did not answer its inspector within ${ANSWER_MS / 1000} s: it is busy, or stopped in a debugger`;
      reject(new HeapAnalyzerError('ERR_HEAP_REMOTE', why));
    }, ANSWER_MS);
  });
  try {
    return await /** @type {Promise<T>} */ (Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { ownIsolate, farIsolate };
