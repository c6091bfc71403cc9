// @ts-check
'use strict';

/**
 * The one way in which this package makes a snapshot of its own isolate; every public path goes through here.
 *
 * The result is a file in a private directory that its taker must `remove()`. It is not yet known to be whole:
 * V8 reports a full disk, but who wants to publish the file has to have it checked by the engine first.
 */

const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const v8 = require('node:v8');
const { threadId } = require('node:worker_threads');
const { fromSystem } = require('../errors');
const { loadNative } = require('../native');
const { Slots } = require('../slots');
const { readAvailableMemory } = require('./memory');
const { correctionFrom, estimate, preflight } = require('./preflight');
const {
  FILE_NAME,
  makePrivateDirectory,
  removePrivateDirectory,
  sweepLeftovers,
} = require('./private-directory');
const { writeSnapshot } = require('./write-snapshot');

/**
 * @typedef {object} CaptureOptions
 * @property {AbortSignal} [signal]
 * @property {boolean} [force] skip the preflight
 * @property {boolean} [exposeNumericValues]
 * @property {boolean} [exposeInternals]
 * @property {string} [reason]
 *
 * @typedef {object} PrivateSnapshot
 * @property {string} file
 * @property {number} pauseMs
 * @property {object} meta
 * @property {(realNodes: number) => void} learn tells the preflight how many nodes there really were
 * @property {() => Promise<void>} remove
 */

/** Module state is per isolate: one capture at a time in each. */
const turn = new Slots(1);

const nodeMajor = Number(process.versions.node.split('.', 1)[0]);
let correction = 1;

/**
 * Takes a snapshot into a fresh private directory.
 * @param {CaptureOptions} options
 * @param {string} [directory] where that directory is made; the system's one for temporary files if not given
 * @returns {Promise<PrivateSnapshot>}
 */
async function takePrivateSnapshot(options, directory = os.tmpdir()) {
  return turn.run(() => captureNow(options, directory), options.signal);
}

/**
 * @param {CaptureOptions} options
 * @param {string} directory
 * @returns {Promise<PrivateSnapshot>}
 */
async function captureNow({ signal, force, reason, ...asked }, directory) {
  signal?.throwIfAborted();
  // Whoever cannot check or read the result should not stop the app's event loop for it.
  loadNative();
  await sweepLeftovers(directory);
  const heap = heapSize();
  if (!force) {
    await preflight(estimate(heap, nodeMajor, correction), {
      memory: () => readAvailableMemory(system),
      disk: () => freeDisk(directory),
      warn: (warning) => process.emitWarning(warning, 'HeapAnalyzerWarning'),
    });
  }
  const place = await makePrivateDirectory(directory);
  const remove = () => removePrivateDirectory(place);
  try {
    signal?.throwIfAborted();
    const file = path.join(place, FILE_NAME);
    const options = { exposeNumericValues: false, exposeInternals: false, ...asked };
    const meta = {
      capturedAt: new Date().toISOString(),
      pid: process.pid,
      threadId,
      nodeVersion: process.version,
      v8Version: process.versions.v8,
      memoryUsage: process.memoryUsage(),
      ...(reason === undefined ? {} : { reason }),
      options,
    };
    const pauseMs = writeSnapshot(file, options);
    await fs.chmod(file, 0o600);
    signal?.throwIfAborted();
    const learn = (/** @type {number} */ realNodes) => {
      correction = correctionFrom(estimate(heap, nodeMajor).nodes, realNodes);
    };
    return { file, pauseMs, meta, learn, remove };
  } catch (error) {
    await remove();
    if (signal?.aborted) throw signal.reason;
    throw fromSystem(error, `write a snapshot in ${directory}`);
  }
}

const system = {
  platform: process.platform,
  readFile: (/** @type {string} */ file) => fs.readFile(file, 'utf8'),
  freemem: os.freemem,
};

function heapSize() {
  const largeObjectSpace = v8
    .getHeapSpaceStatistics()
    .filter((space) => space.space_name.includes('large_object'))
    .reduce((sum, space) => sum + space.space_used_size, 0);
  return { heapUsed: v8.getHeapStatistics().used_heap_size, largeObjectSpace };
}

/** @param {string} directory */
async function freeDisk(directory) {
  try {
    const { bavail, bsize } = await fs.statfs(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}

module.exports = { takePrivateSnapshot };
