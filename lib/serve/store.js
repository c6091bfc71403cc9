// @ts-check
'use strict';

/**
 * The snapshots that the endpoint lists, hands out and deletes: those in its directory that are ours, by ids that we
 * issued. A name from a request is never made part of a path: it is only compared with the ids of what is there.
 */

const { constants } = require('node:fs');
const fs = require('node:fs/promises');
const path = require('node:path');
const { ownSnapshots, removeSnapshot } = require('../capture/quota');
const { HeapAnalyzerError, fromSystem } = require('../errors');
const { refusal } = require('./respond');

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * @typedef {object} Stored
 * @property {string} id
 * @property {string} file
 * @property {number} size
 * @property {import('../capture/meta').Sidecar} meta
 */

/** @param {string} file */
function idOf(file) {
  return path.basename(file).replace(/\.heapsnapshot(\.gz|\.zst)?$/, '');
}

/**
 * Oldest first.
 * @param {string} directory
 * @returns {Promise<Stored[]>}
 */
async function listStored(directory) {
  const found = await ownSnapshots(directory);
  return found
    .map(({ file, size, meta }) => ({ id: idOf(file), file, size, meta }))
    .filter(({ id }) => ID.test(id));
}

/** @param {string} id */
function unknown(id) {
  // What is no id at all is not repeated: the message may be shown to people.
  const which = ID.test(id) ? ` \`${id}\`` : '';
  return refusal(404, 'ERR_HEAP_NOT_FOUND', `there is no snapshot${which} here; /list has those there are`);
}

/**
 * @param {string} directory
 * @param {string} id
 * @returns {Promise<Stored>}
 */
async function findStored(directory, id) {
  const found = ID.test(id) ? (await listStored(directory)).find((stored) => stored.id === id) : undefined;
  if (!found) throw unknown(id);
  return found;
}

/**
 * Opens it for reading. Between the look and the opening somebody may have put something else there: that is refused.
 * @param {Stored} stored
 */
async function openStored({ id, file }) {
  let handle;
  try {
    handle = await fs.open(
      file,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
    const stats = await handle.stat();
    const own = !process.getuid || stats.uid === process.getuid();
    if (stats.isFile() && own) return { handle, size: stats.size };
  } catch (error) {
    const code = /** @type {any} */ (error).code;
    if (!['ENOENT', 'ELOOP', 'EMLINK', 'ENXIO'].includes(code)) throw fromSystem(error, `read ${file}`);
  }
  await handle?.close();
  throw unknown(id);
}

/** @param {Stored} stored */
async function removeStored({ id, file }) {
  if (!(await removeSnapshot(file))) {
    throw new HeapAnalyzerError('ERR_HEAP_IO', `the snapshot \`${id}\` could not be deleted`);
  }
}

/**
 * As answers list it.
 * @param {Stored} stored
 */
function described({ id, file, size, meta }) {
  const {
    capturedAt,
    pid,
    threadId,
    threadName,
    reason,
    nodeCount,
    sha256,
    compression,
    pauseMs,
    processKey,
  } = meta;
  const redacted = /** @type {any} */ (meta.options)?.redacted;
  return {
    id,
    path: file,
    sizeBytes: size,
    nodeCount,
    sha256,
    compression,
    capturedAt,
    pid,
    processKey,
    threadId,
    threadName,
    reason,
    pauseMs,
    redacted,
  };
}

module.exports = { idOf, listStored, findStored, openStored, removeStored, described };
