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
const { readFileSync, readlinkSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { fromSystem } = require('../errors');

/** The only file we ever put into such a directory, hence the only one we delete from one. */
const FILE_NAME = 'snapshot.heapsnapshot';

const PREFIX = '.heap-analyzer-';
const NAME = /^\.heap-analyzer-([0-9a-f]{8})-(\d{1,10})-[A-Za-z0-9]{6}$/;

/**
 * A process id says nothing outside of its machine, boot and container. For leftovers from elsewhere (a shared
 * volume, an earlier container) age has to decide: nobody writes one snapshot for an hour.
 */
const FOREIGN_AGE_MS = 60 * 60 * 1000;

/** @type {string | undefined} */
let tag;

/** Eight hex digits for "where a process id means the same process". */
function namespaceTag() {
  if (tag === undefined) {
    const parts = [os.hostname()];
    // Neither exists outside of Linux, where the host's name has to do.
    for (const read of [
      () => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'),
      () => readlinkSync('/proc/self/ns/pid'),
    ]) {
      try {
        parts.push(read());
      } catch {
        parts.push('');
      }
    }
    tag = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8);
  }
  return tag;
}

/**
 * @param {string} parent
 * @returns {Promise<string>} the new directory
 */
async function makePrivateDirectory(parent) {
  try {
    return await fs.mkdtemp(path.join(parent, `${PREFIX}${namespaceTag()}-${process.pid}-`));
  } catch (error) {
    throw fromSystem(error, `write a snapshot in ${parent}`);
  }
}

/**
 * Removes the directory and the one file we know. Anything else in it is not ours, and then the directory
 * stays: that is why this is not a recursive removal.
 * @param {string} directory
 */
async function removePrivateDirectory(directory) {
  try {
    await fs.unlink(path.join(directory, FILE_NAME)).catch(ignoreMissing);
    await fs.rmdir(directory);
  } catch {
    // The caller has a result or a better error to report; the next capture here tries again.
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
  if (madeAt === namespaceTag()) return !isAlive(pid);
  const file = await fs.lstat(path.join(directory, FILE_NAME)).catch(() => null);
  return Date.now() - Math.max(stats.mtimeMs, file?.mtimeMs ?? 0) > FOREIGN_AGE_MS;
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

module.exports = { FILE_NAME, makePrivateDirectory, removePrivateDirectory, sweepLeftovers, namespaceTag };
