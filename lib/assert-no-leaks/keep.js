// @ts-check
'use strict';

/**
 * Keeps the snapshots of a check that failed: in a directory of their own, so that the next check does not mix with them.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { checkAndPack, giveName } = require('../capture/finish');
const { fromSystem } = require('../errors');

/**
 * @param {import('../capture/private-snapshot').PrivateSnapshot[]} snapshots
 * @param {string} directory
 * @returns {Promise<string>} where they are
 */
async function keep(snapshots, directory) {
  const place = await makePlace(directory);
  const names = ['baseline', 'target', 'final'];
  for (const [index, { file, source, meta, pauseMs }] of snapshots.entries()) {
    const name = names[index] ?? `confirmation-${index - names.length + 1}`;
    const about = { overwrite: false, source, meta, pauseMs };
    await giveName(await checkAndPack(file, {}), path.join(place, `${name}.heapsnapshot`), about);
  }
  return path.relative('', place) || '.';
}

/**
 * Beforehand: a check of minutes should not fail for it at its end.
 * @param {string} directory
 */
async function makeDirectory(directory) {
  try {
    await fs.mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fromSystem(error, `make the directory ${directory}`);
  }
}

/** @param {string} directory */
async function makePlace(directory) {
  const day = new Date().toISOString().replace(/[-:]/g, '').slice(0, 15);
  try {
    return await fs.mkdtemp(path.join(path.resolve(directory), `leak-${day}-`));
  } catch (error) {
    throw fromSystem(error, `keep snapshots in ${directory}`);
  }
}

module.exports = { keep, makeDirectory };
