// @ts-check
'use strict';

/**
 * A directory of our own for a snapshot that is being written, and the sweeping of those that killed runs left.
 *
 * V8 follows symlinks and overwrites whatever has the name it is given, and leaves half a file when it fails.
 * So it only ever writes into a fresh directory (0700) that nobody else knows, on the file system where the
 * snapshot is to end. The name of the directory says who made it, so that a later run can tell a leftover
 * from a capture that is still going on.
 */

const { createHash } = require('node:crypto');
const fs = require('node:fs/promises');
const { mkdtempSync, readFileSync, readlinkSync, rmdirSync, unlinkSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { fromSystem } = require('../errors');

/** The snapshot as it is written. */
const FILE_NAME = 'snapshot.heapsnapshot';
/** The same, packed. */
const PACKED_NAME = 'snapshot.packed';
/** What is to lie beside it. */
const META_NAME = 'snapshot.meta.json';

/** The only files we ever put into such a directory, hence the only ones we delete from one. */
const FILE_NAMES = [FILE_NAME, PACKED_NAME, META_NAME];

const PREFIX = '.heap-analyzer-';
const NAME = /^\.heap-analyzer-([0-9a-f]{8})-(\d{1,10})-[A-Za-z0-9]{6}$/;

/**
 * A process id says nothing outside of its machine, boot and container. For leftovers from elsewhere (a shared
 * volume, an earlier container) age has to decide: nobody writes one snapshot for an hour.
 */
const FOREIGN_AGE_MS = 60 * 60 * 1000;

/** Those in use by this isolate. */
const inUse = new Set();

/** process.exit() in the middle of a capture: nobody comes back to clean up. */
function cleanUpAtExit() {
  for (const directory of inUse) {
    for (const remove of [
      ...FILE_NAMES.map((name) => () => unlinkSync(path.join(directory, name))),
      () => rmdirSync(directory),
    ]) {
      try {
        remove();
      } catch {
        // Most often it is not there. What cannot be removed is swept by the next capture.
      }
    }
  }
}

/** @type {string | undefined} */
let tag;

/** Eight hex digits for "where a process id means the same process". */
function namespaceTag() {
  // Neither exists outside of Linux, where the host's name has to do.
  tag ??= tagOf([
    os.hostname(),
    orEmpty(() => readFileSync(BOOT_ID, 'latin1')),
    orEmpty(() => readlinkSync(PID_NAMESPACE)),
  ]);
  return tag;
}

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const PID_NAMESPACE = '/proc/self/ns/pid';

/** @param {[hostname: string, bootId: string, pidNamespace: string]} parts */
const tagOf = (parts) => createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8);

/** @param {() => string} read */
function orEmpty(read) {
  try {
    return read();
  } catch {
    return '';
  }
}

/**
 * @param {string} parent
 * @returns {Promise<string>} the new directory
 */
async function makePrivateDirectory(parent) {
  try {
    // At once, so that there is no moment in which it is there and we do not know of it.
    const directory = mkdtempSync(path.join(parent, `${PREFIX}${namespaceTag()}-${process.pid}-`));
    // Listening only while there is something to clean up: an app may look at who listens.
    if (inUse.size === 0) process.on('exit', cleanUpAtExit);
    inUse.add(directory);
    return directory;
  } catch (error) {
    throw fromSystem(error, `write a snapshot in ${parent}`);
  }
}

/**
 * Removes the directory and the files we know. Anything else in it is not ours, and then the directory
 * stays: that is why this is not a recursive removal.
 * @param {string} directory
 */
async function removePrivateDirectory(directory) {
  try {
    for (const name of FILE_NAMES) await fs.unlink(path.join(directory, name)).catch(ignoreMissing);
    await fs.rmdir(directory);
  } catch {
    // The caller has a result or a better error to report; the next capture here tries again.
  } finally {
    if (inUse.delete(directory) && inUse.size === 0) process.off('exit', cleanUpAtExit);
  }
}

/** @param {any} error */
function ignoreMissing(error) {
  if (error.code !== 'ENOENT') throw error;
}

/**
 * Removes what killed runs left in a directory.
 * @param {string} parent
 */
async function sweepLeftovers(parent) {
  const names = await fs.readdir(parent).catch(() => /** @type {string[]} */ ([]));
  for (const name of names) {
    const match = NAME.exec(name);
    if (!match) continue;
    const directory = path.join(parent, name);
    if (await isLeftover(directory, match[1], Number(match[2]))) await removePrivateDirectory(directory);
  }
}

/**
 * @param {string} directory
 * @param {string} madeAt the namespace tag of its maker
 * @param {number} pid
 */
async function isLeftover(directory, madeAt, pid) {
  const stats = await fs.lstat(directory).catch(() => null);
  if (!stats?.isDirectory()) return false;
  if (process.getuid && stats.uid !== process.getuid()) return false;
  if (inUse.has(directory)) return false;
  if (madeAt === namespaceTag() && !isAlive(pid)) return true;
  // A worker of this very process that was terminated leaves one as well, and its process lives on.
  if (madeAt === namespaceTag() && pid !== process.pid) return false;
  let youngest = stats.mtimeMs;
  for (const name of FILE_NAMES) {
    const file = await fs.lstat(path.join(directory, name)).catch(() => null);
    youngest = Math.max(youngest, file?.mtimeMs ?? 0);
  }
  return Date.now() - youngest > FOREIGN_AGE_MS;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return /** @type {any} */ (error).code !== 'ESRCH';
  }
}

module.exports = {
  FILE_NAME,
  PACKED_NAME,
  META_NAME,
  makePrivateDirectory,
  removePrivateDirectory,
  sweepLeftovers,
  isAlive,
  namespaceTag,
  tagOf,
  BOOT_ID,
  PID_NAMESPACE,
};
