// @ts-check
'use strict';

/**
 * Who started us, as far as that matters for signals: nodemon restarts its program with SIGUSR2 and waits for its
 * end. A program that takes snapshots on that signal does not end, and its changes are never loaded.
 */

const { readFileSync } = require('node:fs');
const path = require('node:path');

/** nodemon, a shell, npm, another shell: more is not between a supervisor and its program. */
const GENERATIONS = 5;

/** @typedef {(file: string) => string} ReadFile */

/**
 * The supervisor above this process that sends the signal to it, or null. Known on Linux only.
 * @param {string} signal
 * @param {ReadFile} [read] for tests
 * @param {number} [pid]
 * @returns {string | null}
 */
function supervisorUsing(signal, read = (file) => readFileSync(file, 'latin1'), pid = process.ppid) {
  try {
    for (let generation = 0; generation < GENERATIONS && pid > 1; generation++) {
      const args = read(`/proc/${pid}/cmdline`).split('\0');
      if (isNodemon(args)) return nodemonSignal(args) === signal ? 'nodemon' : null;
      const stat = read(`/proc/${pid}/stat`);
      pid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }
  } catch {
    // No /proc, or the parent has ended: nothing is known then, and a warning for nothing would be worse.
  }
  return null;
}

/** @param {string[]} args */
const isNodemon = (args) => args.slice(0, 2).some((word) => /^nodemon(?:\.js)?$/.test(path.basename(word)));

/** @param {string[]} args */
function nodemonSignal(args) {
  const at = args.findIndex((word) => word === '--signal' || word === '-s');
  return at === -1 ? 'SIGUSR2' : args[at + 1];
}

module.exports = { supervisorUsing };
