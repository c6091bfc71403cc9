// @ts-check
'use strict';

/**
 * A small file that says: process N takes snapshots on this signal. Whoever wants to send the signal must know that,
 * since to a process that does not expect it SIGUSR2 is deadly. It also tells what came of the last signal.
 *
 * It lies in a directory of the user's own (0700) among the temporary files, and goes with the process. One that was
 * left behind is told by the start of the process it names.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { identity, startTicks } = require('./identity');
const { isAlive } = require('./private-directory');

/**
 * @typedef {object} Marker
 * @property {number} schemaVersion
 * @property {number} pid
 * @property {string | null} startTicks
 * @property {string} signal
 * @property {number} finished how many captures by the signal came to an end, good or bad
 * @property {{ answer?: any, error?: { code: string, message: string } }} [last] what came of the last of them
 */

/**
 * @param {string} temporary a directory for temporary files
 * @param {number} uid
 */
const markerDirectory = (temporary, uid) => path.join(temporary, `heap-analyzer-${uid}`);

/**
 * @param {string} directory
 * @param {number} pid
 * @param {string} signal
 */
const markerFile = (directory, pid, signal) => path.join(directory, `${pid}-${signal}.json`);

/** Writes the marker of this process, and keeps it true. Without a place for it everything works but `--pid`. */
class OwnMarker {
  #file;
  /** @type {Marker} */
  #content;

  /** @param {string} signal */
  constructor(signal) {
    const directory = markerDirectory(os.tmpdir(), process.getuid?.() ?? 0);
    this.#file = markerFile(directory, process.pid, signal);
    this.#content = {
      schemaVersion: 1,
      pid: identity().pid,
      startTicks: startTicks(process.pid),
      signal,
      finished: 0,
    };
    try {
      fs.mkdirSync(directory, { mode: 0o700 });
    } catch {
      // It is there already, or cannot be made: then writing fails, and that is all.
    }
    sweep(directory);
    this.#write();
  }

  /** @param {NonNullable<Marker['last']>} last */
  finished(last) {
    this.#content = { ...this.#content, finished: this.#content.finished + 1, last };
    this.#write();
  }

  remove() {
    try {
      fs.unlinkSync(this.#file);
    } catch {
      // Never written, or swept away with other temporary files.
    }
  }

  #write() {
    try {
      const directory = path.dirname(this.#file);
      if (!isPrivateDirectory(directory, process.getuid?.() ?? 0)) return;
      const draft = `${this.#file}.new`;
      fs.writeFileSync(draft, JSON.stringify(this.#content), { mode: 0o600 });
      fs.renameSync(draft, this.#file);
    } catch {
      // A full disk must not keep a signal from its work.
    }
  }
}

/**
 * Removes the markers of processes that were killed.
 * @param {string} directory
 */
function sweep(directory) {
  try {
    if (!isPrivateDirectory(directory, process.getuid?.() ?? 0)) return;
    for (const name of fs.readdirSync(directory)) {
      const pid = /^(\d+)-SIG[A-Z0-9]+\.json(?:\.new)?$/.exec(name)?.[1];
      if (pid && !isAlive(Number(pid))) fs.unlinkSync(path.join(directory, name));
    }
  } catch {
    // Another process sweeps at the same time.
  }
}

/**
 * Whether a directory belongs to that user, and nobody else can write there.
 * @param {string} directory
 * @param {number} uid
 */
function isPrivateDirectory(directory, uid) {
  const stats = fs.lstatSync(directory, { throwIfNoEntry: false });
  return stats !== undefined && stats.isDirectory() && stats.uid === uid && (stats.mode & 0o022) === 0;
}

/**
 * The marker of another process, if there is a true one.
 * @param {string[]} temporaries directories for temporary files, where it may lie
 * @param {{ pid: number, uid: number, signal: string }} process
 * @returns {Marker | null}
 */
function readMarker(temporaries, { pid, uid, signal }) {
  for (const temporary of temporaries) {
    const directory = markerDirectory(temporary, uid);
    try {
      if (!isPrivateDirectory(directory, uid)) continue;
      const marker = JSON.parse(fs.readFileSync(markerFile(directory, pid, signal), 'utf8'));
      const same = marker.pid === pid && marker.signal === signal && marker.startTicks === startTicks(pid);
      if (marker.schemaVersion === 1 && same && marker.startTicks !== null) return marker;
    } catch {
      // None there.
    }
  }
  return null;
}

module.exports = { OwnMarker, readMarker };
