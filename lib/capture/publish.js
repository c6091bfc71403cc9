// @ts-check
'use strict';

/**
 * Gives a finished file its final name: all at once, and without overwriting what has that name already.
 *
 * A plain rename overwrites silently. A hard link refuses when the name is taken, and does not follow a
 * symlink that stands there; the private name is removed afterwards with its directory.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { HeapAnalyzerError, fromSystem } = require('../errors');

/** What file systems without hard links (FAT, some network and FUSE mounts) answer. */
const NO_HARD_LINKS = new Set([
  'EPERM',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EMLINK',
  'EINVAL',
  'EACCES',
  'EXDEV',
]);

/** @param {string} target */
function exists(target) {
  return new HeapAnalyzerError(
    'ERR_HEAP_EXISTS',
    `${target} exists already; choose another name or give the option \`overwrite: true\``,
  );
}

/**
 * Throws early, before anybody has waited for a snapshot that could not be kept.
 * @param {string} target
 * @param {boolean} overwrite
 */
async function refuseTaken(target, overwrite) {
  // lstat: a symlink counts as taken, whether or not it leads anywhere.
  const stats = await fs.lstat(target).catch(() => null);
  if (stats?.isDirectory()) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_IS_DIRECTORY',
      `${target} is a directory; a snapshot needs the name of a file`,
    );
  }
  if (stats && !overwrite) throw exists(target);
}

/**
 * @param {string} file finished, on the same file system as the target
 * @param {string} target
 * @param {{ overwrite: boolean, link?: typeof fs.link }} options link is for tests of the fallback
 */
async function publish(file, target, { overwrite, link = fs.link }) {
  try {
    await syncFile(file);
    if (overwrite) await fs.rename(file, target);
    else await linkOrReserve(file, target, link);
  } catch (error) {
    if (/** @type {any} */ (error).code === 'EEXIST') throw exists(target);
    throw fromSystem(error, `write ${target}`);
  }
  await syncDirectory(path.dirname(target));
}

/**
 * @param {string} file
 * @param {string} target
 * @param {typeof fs.link} link
 */
async function linkOrReserve(file, target, link) {
  try {
    await link(file, target);
    return;
  } catch (error) {
    if (!NO_HARD_LINKS.has(/** @type {any} */ (error).code)) throw error;
  }
  // Without hard links: take the name with an empty file that only we can have made, then rename over it.
  await (await fs.open(target, 'wx', 0o600)).close();
  try {
    await fs.rename(file, target);
  } catch (error) {
    await fs.unlink(target).catch(() => {});
    throw error;
  }
}

/** @param {string} file */
async function syncFile(file) {
  const handle = await fs.open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes the new name survive a power cut, where directories can be opened for that at all.
 * @param {string} directory
 */
async function syncDirectory(directory) {
  const handle = await fs.open(directory, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

module.exports = { publish, refuseTaken };
