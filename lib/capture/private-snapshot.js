// @ts-check
'use strict';

/**
 * The one way in which this package makes a snapshot, of whatever isolate; every public path goes through here.
 *
 * The result is a file in a private directory that its taker must `remove()`. It is not yet known to be whole:
 * V8 reports a full disk, but who wants to publish the file has to have it checked by the engine first.
 */

const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { HeapAnalyzerError, fromSystem } = require('../errors');
const { loadNative } = require('../native');
const { Flight } = require('./flight');
const { correctionFrom, estimate, preflight, report } = require('./preflight');
const {
  FILE_NAME,
  makePrivateDirectory,
  removePrivateDirectory,
  sweepLeftovers,
} = require('./private-directory');
const { ownIsolate } = require('./source');

/**
 * @typedef {import('./source').Source} Source
 *
 * @typedef {object} CaptureOptions
 * @property {AbortSignal} [signal]
 * @property {boolean} [force] skip the preflight
 * @property {boolean} [exposeNumericValues]
 * @property {boolean} [exposeInternals]
 * @property {'direct' | 'inspector'} [way]
 * @property {string} [reason]
 * @property {number} [maxBytes] refuse what is estimated to be a larger file
 * @property {(fraction: number) => void} [onProgress] only where the source can tell
 *
 * @typedef {object} PrivateSnapshot
 * @property {string} file
 * @property {string} directory where it lies, alone
 * @property {number} pauseMs
 * @property {Source['described']} source
 * @property {any} meta see CaptureMeta in index.d.ts
 * @property {(realNodes: number) => void} learn tells the preflight how many nodes there really were
 * @property {() => Promise<void>} remove
 */

/** Module state is per isolate: one capture at a time in each. */
const flight = new Flight();

/** Learnt from the last capture of our own isolate. */
let correction = 1;

/**
 * Takes a snapshot of this isolate into a fresh private directory, when no other is being taken.
 * @param {CaptureOptions} options
 * @param {string} [directory] where that directory is made; the system's one for temporary files if not given
 * @returns {Promise<PrivateSnapshot>}
 */
async function takePrivateSnapshot(options, directory) {
  const { signal } = options;
  const { answer } = await flight.board({ whenBusy: 'wait', signal }, () =>
    captureInto(ownIsolate, options, directory),
  );
  return answer;
}

/**
 * The same of any source, and at once: for those who are on board already.
 * @param {Source} source
 * @param {CaptureOptions} options
 * @param {string} [directory]
 * @returns {Promise<PrivateSnapshot>}
 */
async function captureInto(source, options, directory = os.tmpdir()) {
  const { signal, force, onProgress, maxBytes } = options;
  signal?.throwIfAborted();
  // Whoever cannot check or read the result should not stop the app's event loop for it.
  loadNative();
  await sweepLeftovers(directory);
  const heap = await source.see();
  const expected = expectedOf(source, heap);
  const asked = v8Options(source, options, heap.nodeVersion);
  if (!force) {
    await preflight(expected, {
      memory: () => source.memory(),
      disk: () => freeDisk(directory),
      maxBytes,
      warn: (warning) => process.emitWarning(warning, 'HeapAnalyzerWarning'),
    });
  }
  const place = await makePrivateDirectory(directory);
  const remove = () => removePrivateDirectory(place);
  try {
    signal?.throwIfAborted();
    const file = path.join(place, FILE_NAME);
    const who = await source.identify(heap);
    // Once more: time has passed, and what is told is what there was just before.
    const { threadId, nodeVersion, v8Version, memoryUsage } = await source.see();
    const meta = {
      capturedAt: new Date().toISOString(),
      ...who,
      threadId,
      nodeVersion,
      v8Version,
      memoryUsage,
      ...(options.reason === undefined ? {} : { reason: options.reason }),
      options: asked,
    };
    const pauseMs = await source.write(file, asked, { signal, onProgress }).finally(() => {
      if (source.described.kind !== 'inspector') flight.paused();
    });
    await fs.chmod(file, 0o600);
    signal?.throwIfAborted();
    const learn = (/** @type {number} */ realNodes) => {
      if (source === ownIsolate) correction = correctionFrom(expected.nodes / correction, realNodes);
    };
    return { file, directory: place, pauseMs, source: source.described, meta, learn, remove };
  } catch (error) {
    await remove();
    if (signal?.aborted) throw signal.reason;
    throw fromSystem(error, `write a snapshot in ${directory}`);
  }
}

/**
 * What a capture would cost, and whether it would be refused.
 * @param {Source} source
 * @param {string} directory
 * @param {number} [maxBytes]
 */
async function preflightReport(source, directory, maxBytes) {
  const expected = expectedOf(source, await source.see());
  return report(expected, await source.memory(), await freeDisk(directory), maxBytes);
}

/**
 * @param {Source} source
 * @param {import('./probe').Seen} heap
 */
function expectedOf(source, heap) {
  return estimate(heap, major(heap.nodeVersion), source === ownIsolate ? correction : 1);
}

/**
 * @param {Source} source
 * @param {CaptureOptions} options
 * @param {string} nodeVersion
 * @returns {import('./source').V8Options}
 */
function v8Options({ onlyWay }, { exposeNumericValues = false, exposeInternals = false, way }, nodeVersion) {
  // Node 18 ignores these silently, and a snapshot that lacks what was asked for is worse than an error.
  for (const [name, asked] of Object.entries({ exposeNumericValues, exposeInternals })) {
    if (!asked || major(nodeVersion) >= 20) continue;
    const message = `the option \`${name}\` needs Node.js 20 or later, and this is ${nodeVersion}`;
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', message);
  }
  return { exposeNumericValues, exposeInternals, way: onlyWay ?? way ?? 'direct' };
}

/** @param {string} nodeVersion `v20.1.2` */
const major = (nodeVersion) => Number.parseInt(nodeVersion.slice(1), 10);

/** @param {string} directory */
async function freeDisk(directory) {
  try {
    const { bavail, bsize } = await fs.statfs(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}

module.exports = { takePrivateSnapshot, captureInto, preflightReport, flight };
