// @ts-check
'use strict';

/**
 * Keeps a directory of snapshots within bounds: the oldest go first. Only what is surely ours is ever deleted: a
 * regular file with a name that we give, with a sidecar that we wrote, owned by who we run as.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { indexBeside } = require('../indexing');
const { readMeta, sidecarOf } = require('./meta');
const { isOurName } = require('./names');

/**
 * @param {string} directory
 * @param {{ maxFiles?: number, maxBytes?: number }} bounds
 * @param {string} newest is kept, whatever the bounds say
 * @returns {Promise<string[]>} what was deleted, oldest first
 */
async function keepWithin(directory, { maxFiles = Infinity, maxBytes = Infinity }, newest) {
  const ours = await ownSnapshots(directory);
  let count = ours.length;
  let bytes = ours.reduce((sum, { size }) => sum + size, 0);
  const removed = [];
  for (const { file, size } of ours) {
    if (count <= maxFiles && bytes <= maxBytes) break;
    if (file === newest) continue;
    // What cannot be deleted still takes its place.
    if (!(await removeSnapshot(file))) continue;
    removed.push(file);
    count--;
    bytes -= size;
  }
  return removed;
}

/**
 * The snapshots of ours in a directory, oldest first.
 * @param {string} directory absolute
 */
async function ownSnapshots(directory) {
  const names = await fs.readdir(directory).catch(() => /** @type {string[]} */ ([]));
  const found = [];
  for (const name of names.filter(isOurName)) {
    const file = path.join(directory, name);
    // lstat: a symlink with such a name is not ours.
    const stats = await fs.lstat(file).catch(() => null);
    if (!stats?.isFile() || (process.getuid && stats.uid !== process.getuid())) continue;
    const meta = await readMeta(file);
    if (meta)
      found.push({ file, size: stats.size, time: Date.parse(meta.capturedAt ?? '') || stats.mtimeMs, meta });
  }
  return found.sort((a, b) => a.time - b.time || (a.file < b.file ? -1 : 1));
}

/**
 * Deletes a snapshot with its sidecar and its index.
 * @param {string} file
 * @returns {Promise<boolean>} whether it is gone
 */
async function removeSnapshot(file) {
  try {
    await fs.unlink(file);
  } catch (error) {
    if (/** @type {any} */ (error).code !== 'ENOENT') return false;
  }
  await fs.unlink(sidecarOf(file)).catch(() => {});
  // What it holds goes with it: an index that the command line made says the same.
  await fs.unlink(indexBeside(file)).catch(() => {});
  return true;
}

module.exports = { keepWithin, ownSnapshots, removeSnapshot };
