// @ts-check
/**
 * Runs the steps of a script one after another, shows what they print, and counts what they passed, failed and
 * skipped: the last line of every runner says so in its own words, the last line here says it for all.
 */
'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');

const root = path.join(__dirname, '..');

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} command
 * @property {string[]} args
 * @property {NodeJS.ProcessEnv} [env]
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/** How the runners we use close. Each may stand several times (a crate has many test binaries). */
const CLOSINGS = [
  // cargo test
  /test result: \w+\. (?<passed>\d+) passed; (?<failed>\d+) failed; (?<skipped>\d+) ignored/g,
  // node --test
  /^(?:ℹ|#) pass (?<passed>\d+)$/gm,
  /^(?:ℹ|#) fail (?<failed>\d+)$/gm,
  /^(?:ℹ|#) skipped (?<skipped>\d+)$/gm,
  // our own suites
  /^(?<passed>\d+) passed, (?<failed>\d+) failed(?:, (?<skipped>\d+) skipped)?$/gm,
];

/**
 * @param {string} output
 * @returns {Counts}
 */
function countResults(output) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const closing of CLOSINGS) {
    for (const { groups = {} } of output.matchAll(closing)) {
      counts.passed += Number(groups.passed ?? 0);
      counts.failed += Number(groups.failed ?? 0);
      counts.skipped += Number(groups.skipped ?? 0);
    }
  }
  return counts;
}

/**
 * @param {Step} step
 * @returns {Promise<{ ok: boolean, output: string, seconds: number }>}
 */
function runStep({ name, command, args, env }) {
  const started = Date.now();
  console.log(`\n── ${name}: ${path.basename(command)} ${args.join(' ')}`);
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
      process.stdout.write(text);
    });
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
      process.stderr.write(text);
    });
    child.on('error', (error) => {
      console.error(`${name}: ${error.message}`);
      resolve({ ok: false, output, seconds: 0 });
    });
    child.on('close', (code) => resolve({ ok: code === 0, output, seconds: (Date.now() - started) / 1000 }));
  });
}

module.exports = { root, countResults, runStep };
