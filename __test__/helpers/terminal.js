// @ts-check
'use strict';

/**
 * Runs our command line in a real terminal (a pseudo-terminal that Python opens for us).
 */

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { executable, run } = require('./run');

/** Why there is no terminal here, or false. For the `skip` of a test. */
const noTerminal =
  (process.platform === 'win32' || spawnSync('python3', ['-c', 'import pty']).status !== 0) &&
  'python3 with its module pty is missing';

/**
 * @param {string[]} args
 * @param {object} [options]
 * @param {number} [options.columns]
 * @param {string} [options.interruptAt] text at which Ctrl-C is typed
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.cwd]
 * @returns {Promise<{ code: number | null, output: string }>} stdout and stderr as they mix on the screen
 */
async function runInTerminal(args, { columns = 80, interruptAt = '', env = {}, cwd } = {}) {
  const script = path.join(__dirname, 'terminal.py');
  const { code, stdout } = await run(
    [script, String(columns), interruptAt, process.execPath, executable, ...args],
    {
      command: 'python3',
      cwd,
      env: { TERM: 'xterm-256color', ...env },
    },
  );
  return { code, output: stdout.replaceAll('\r\n', '\n') };
}

/**
 * @param {string} output
 * @returns {string[]} lines without colours
 */
const plainLines = (output) => output.replace(/\x1b\[[0-9;]*m/g, '').split('\n');

module.exports = { noTerminal, runInTerminal, plainLines };
