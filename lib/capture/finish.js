// @ts-check
'use strict';

/**
 * From a file that V8 has written to a snapshot with a name: checked by the engine, packed, described by its sidecar,
 * named; or gone without a trace. The same for every way a snapshot comes to us.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { runTask } = require('../engine');
const { HeapAnalyzerError, fromSystem } = require('../errors');
const { readSidecar, sidecarOf, sidecarText } = require('./meta');
const { nameFor } = require('./names');
const { packFile } = require('./pack');
const { META_NAME } = require('./private-directory');
const { publish, refuseTaken } = require('./publish');

/**
 * @typedef {object} Finished
 * @property {string} file still in its private directory
 * @property {number} sizeBytes
 * @property {string} sha256
 * @property {number} nodeCount
 * @property {import('./names').Packing} [compression]
 */

/**
 * Reads the file to its end, and packs it when that is wanted.
 * @param {string} file plain, or packed as it is wanted
 * @param {object} options
 * @param {import('./names').Packing | false} [options.compress]
 * @param {boolean} [options.packed] whether it is packed already
 * @param {number} [options.maxBytes]
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<Finished>}
 */
async function checkAndPack(file, { compress, packed = false, maxBytes = Infinity, signal }) {
  const { sizeBytes, sha256, nodeCount } = await check(file, signal);
  /** @type {Finished} */
  let finished = { file, sizeBytes, sha256, nodeCount };
  if (compress) {
    const made = packed ? {} : await packFile(file, compress, { sha256, signal });
    finished = { ...finished, ...made, compression: compress };
  }
  if (finished.sizeBytes > maxBytes) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_CAPTURE',
      `the snapshot has ${finished.sizeBytes} bytes, more than the \`maxBytes\` of ${maxBytes}`,
    );
  }
  return finished;
}

/**
 * @param {string} file
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ sizeBytes: number, sha256: string, nodeCount: number }>}
 */
async function check(file, signal) {
  try {
    return await runTask((native, cancel) => native.check(file, cancel), { signal });
  } catch (error) {
    if (signal?.aborted || !(error instanceof HeapAnalyzerError)) throw error;
    const { message, offset } = error;
    throw new HeapAnalyzerError('ERR_HEAP_CAPTURE', `V8 did not write a whole snapshot: ${message}`, {
      offset,
      cause: error,
    });
  }
}

/**
 * Throws early when the name, or that of the sidecar, cannot be had.
 * @param {string} target
 * @param {boolean} overwrite
 */
async function refuseTakenNames(target, overwrite) {
  await refuseTaken(target, overwrite);
  const sidecar = sidecarOf(target);
  // One of ours whose snapshot is gone is replaced; anything else that stands there is somebody's.
  if ((await readSidecar(sidecar)) === null) await refuseTaken(sidecar, overwrite);
}

/**
 * Gives a finished snapshot its name, and its sidecar.
 * @param {Finished} finished
 * @param {string} target absolute
 * @param {object} about
 * @param {boolean} about.overwrite
 * @param {object} about.source
 * @param {object} about.meta
 * @param {number} [about.pauseMs]
 * @returns {Promise<any>} the answer
 */
async function giveName({ file, ...facts }, target, { overwrite, source, meta, pauseMs }) {
  const told = { ...facts, ...(pauseMs === undefined ? {} : { pauseMs }), source };
  const sidecar = path.join(path.dirname(file), META_NAME);
  try {
    // Written before the snapshot has its name: a full disk is noticed while nothing has happened yet.
    const text = sidecarText({ snapshot: path.basename(target), ...told, meta });
    await fs.writeFile(sidecar, text, { mode: 0o600 });
  } catch (error) {
    throw fromSystem(error, `write ${sidecarOf(target)}`);
  }
  await publish(file, target, { overwrite });
  try {
    const replace = overwrite || (await readSidecar(sidecarOf(target))) !== null;
    await publish(sidecar, sidecarOf(target), { overwrite: replace });
  } catch (error) {
    // What was replaced is gone; what was not there before goes again.
    if (!overwrite) await fs.unlink(target).catch(() => {});
    throw error;
  }
  return { path: target, ...told, meta };
}

/**
 * @param {Finished} finished
 * @param {string} directory
 * @param {{ source: object, meta: any, pauseMs?: number }} about
 */
async function giveNameOfOurs(finished, directory, about) {
  const { pid = 0, threadId = 0, reason, capturedAt } = about.meta;
  const compress = finished.compression ?? false;
  // In two containers with one volume every process has the same id: the time then has to tell them apart.
  for (let time = new Date(capturedAt); ; time = new Date(time.getTime() + 1)) {
    const target = path.join(directory, nameFor({ time, pid, threadId, reason, compress }));
    try {
      await refuseTakenNames(target, false);
      return await giveName(finished, target, { ...about, overwrite: false });
    } catch (error) {
      if (/** @type {any} */ (error).code !== 'ERR_HEAP_EXISTS') throw error;
    }
  }
}

module.exports = { checkAndPack, refuseTakenNames, giveName, giveNameOfOurs };
