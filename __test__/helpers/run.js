// @ts-check
'use strict';

/**
 * Runs our command line, or a piece of JavaScript, as a process of its own and waits for what it says.
 */

const { spawn } = require('node:child_process');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');
const executable = path.join(root, 'cli', 'heap-analyzer.js');

/**
 * @typedef {{ code: number | null, signal: string | null, stdout: string, stderr: string }} Outcome
 * @typedef {object} RunOptions
 * @property {string | Buffer} [input]
 * @property {NodeJS.ProcessEnv} [env] added to ours
 * @property {string} [cwd]
 * @property {string} [command] another one than this node
 * @property {(child: import('node:child_process').ChildProcess) => void} [onStart]
 */

/**
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
function run(args, { input, env = {}, cwd, command = process.execPath, onStart } = {}) {
  return new Promise((resolve, reject) => {
    // Without what a developer's shell may ask of every program: tests say themselves what they want.
    const { NO_COLOR: _no, FORCE_COLOR: _force, COLUMNS: _columns, ...inherited } = process.env;
    // And without indexes, but where they are what is tested: a snapshot that tests share stays as it is.
    const settings = { HEAP_ANALYZER_CACHE: 'off', ...inherited, ...env };
    const child = spawn(command, args, { cwd, env: settings, stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    child.stdin.on('error', () => {}); // the child need not read what it is given
    onStart?.(child);
    child.stdin.end(input);
  });
}

/**
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
const runCli = (args, options) => run([executable, ...args], options);

/**
 * @param {string} source CommonJS; `root` is the package's directory
 * @param {RunOptions} [options]
 */
const runSource = (source, options) =>
  run(['-e', `const root = ${JSON.stringify(root)};\n${source}`], options);

module.exports = { root, executable, run, runCli, runSource };
