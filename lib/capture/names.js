// @ts-check
'use strict';

/**
 * The names that we give to snapshots, and how they are recognised again: `heap-<time>-<pid>-<thread>[-<why>]`, so
 * that a directory sorts by time, and tells processes and threads apart.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { fromSystem } = require('../errors');

/** How the end of a name says what the content is packed with. */
const EXTENSIONS = /** @type {const} */ ({ gzip: '.gz', zstd: '.zst' });

const OURS = /^heap-\d{8}T\d{9}Z-\d+-\d+(?:-[A-Za-z0-9_-]{1,24})?\.heapsnapshot(?:\.gz|\.zst)?$/;

/** @typedef {keyof typeof EXTENSIONS} Packing */

/**
 * @param {{ time: Date, pid: number, threadId: number, reason?: string, compress?: Packing | false }} what
 */
function nameFor({ time, pid, threadId, reason, compress }) {
  const digits = time.toISOString().replace(/[-:.]/g, '');
  const why = reason?.replace(/[^A-Za-z0-9_]+/g, '-').slice(0, 24);
  return `heap-${digits}-${pid}-${threadId}${why ? `-${why}` : ''}.heapsnapshot${compress ? EXTENSIONS[compress] : ''}`;
}

/** @param {string} name without its directory */
const isOurName = (name) => OURS.test(name);

/**
 * What the end of a name promises of the content.
 * @param {string} file
 * @returns {Packing | false}
 */
function packingOf(file) {
  if (file.endsWith(EXTENSIONS.gzip)) return 'gzip';
  return file.endsWith(EXTENSIONS.zstd) ? 'zstd' : false;
}

/**
 * The directory for names of ours, made if it is missing: the one that was asked for, else the one that
 * HEAP_SNAPSHOT_DIR names, else the working directory.
 * @param {string} [wanted]
 * @returns {Promise<string>} absolute
 */
async function defaultDirectory(wanted) {
  const asked = wanted || process.env.HEAP_SNAPSHOT_DIR;
  const directory = path.resolve(asked || '.');
  if (asked) {
    try {
      await fs.mkdir(directory, { recursive: true, mode: 0o700 });
    } catch (error) {
      const who = wanted ? '' : ' that HEAP_SNAPSHOT_DIR names';
      throw fromSystem(error, `make the directory ${directory}${who}`);
    }
  }
  return directory;
}

module.exports = { nameFor, isOurName, packingOf, defaultDirectory };
