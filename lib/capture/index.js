// @ts-check
'use strict';

/**
 * takeHeapSnapshot: a snapshot of this process under the name that the caller wants. Documented for users in
 * index.d.ts.
 *
 * What stands under the final name is whole, or nothing stands there: the file is written in a private place,
 * read back by the engine, synced, and only then given its name.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { threadId } = require('node:worker_threads');
const { runTask } = require('../engine');
const { HeapAnalyzerError, fromSystem } = require('../errors');
const { abortSignal, flag, readOptions, readPath, text } = require('../options');
const { Slots } = require('../slots');
const { takePrivateSnapshot } = require('./private-snapshot');
const { publish, refuseTaken } = require('./publish');

/** Two calls for one path must not both pause the app: the second is to find the name taken. */
const turn = new Slots(1);

/** Node 18 ignores these silently, and a snapshot that lacks what was asked for is worse than an error. */
const expose = (/** @type {unknown} */ value, /** @type {string} */ name) => {
  const wanted = flag(value, name);
  if (wanted && Number.parseInt(process.versions.node, 10) < 20) {
    const message = `the option \`${name}\` needs Node.js 20 or later, and this is ${process.version}`;
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', message);
  }
  return wanted;
};

const known = {
  overwrite: flag,
  force: flag,
  signal: abortSignal,
  exposeNumericValues: expose,
  exposeInternals: expose,
  reason: text,
};

/**
 * @param {unknown} [target]
 * @param {unknown} [options]
 * @returns {Promise<any>}
 */
async function takeHeapSnapshot(target, options) {
  const { overwrite = false, ...capture } = readOptions('takeHeapSnapshot', options, known);
  const given = target === undefined ? undefined : path.resolve(readPath(target, 'path'));
  return turn.run(async () => {
    // Names of ours are made when it is our turn: until then the time in them would be a lie.
    const file = given ?? (await nameInDefaultDirectory(capture.reason));
    return captureTo(file, overwrite, capture);
  }, capture.signal);
}

/**
 * @param {string} target absolute
 * @param {boolean} overwrite
 * @param {import('./private-snapshot').CaptureOptions} options
 */
async function captureTo(target, overwrite, options) {
  await refuseTaken(target, overwrite);
  const snapshot = await takePrivateSnapshot(options, path.dirname(target));
  try {
    const { sizeBytes, sha256, nodeCount } = await check(snapshot.file, options.signal);
    snapshot.learn(nodeCount);
    await publish(snapshot.file, target, { overwrite });
    return {
      path: target,
      sizeBytes,
      sha256,
      pauseMs: snapshot.pauseMs,
      nodeCount,
      source: { kind: 'process', target: process.pid },
      meta: snapshot.meta,
    };
  } finally {
    await snapshot.remove();
  }
}

/**
 * Reads the written file back to its end.
 * @param {string} file
 * @param {AbortSignal} [signal]
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
 * @param {string} [reason]
 * @returns {Promise<string>}
 */
async function nameInDefaultDirectory(reason) {
  const wanted = process.env.HEAP_SNAPSHOT_DIR;
  const directory = path.resolve(wanted || '.');
  if (wanted) {
    try {
      await fs.mkdir(directory, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw fromSystem(error, `make the directory ${directory} that HEAP_SNAPSHOT_DIR names`);
    }
  }
  const time = new Date().toISOString().replace(/[-:.]/g, '');
  const why = reason ? `-${reason.replace(/[^A-Za-z0-9_]+/g, '-').slice(0, 24)}` : '';
  return path.join(directory, `heap-${time}-${process.pid}-${threadId}${why}.heapsnapshot`);
}

module.exports = { takeHeapSnapshot };
