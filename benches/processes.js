// @ts-check
/**
 * What a command costs as a whole process: wall time, CPU time and peak memory as the system counted them
 * (measure.py), so that tools in any language are measured alike.
 */
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** @typedef {{ wallSeconds: number, cpuSeconds: number, peakBytes: number }} Cost */

const MEASURE = path.join(__dirname, 'measure.py');
const CLI = path.join(__dirname, '..', 'cli', 'heap-analyzer.js');

/**
 * Our own command line, as a user starts it.
 * @param {string[]} args
 */
const ours = (...args) => [process.execPath, CLI, ...args];

/**
 * A script on Node, which would otherwise stop at a heap of 2 or 4 GB, whatever the machine has.
 * @param {string[]} args
 */
const onNode = (...args) => [process.execPath, '--max-old-space-size=16384', ...args];

/** Tools may write where they are started; that shall not be the checkout. @type {string | undefined} */
let workplace;

function workingDirectory() {
  if (workplace === undefined) {
    const made = fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-benches-'));
    process.on('exit', () => fs.rmSync(made, { recursive: true, force: true }));
    workplace = made;
  }
  return workplace;
}

/**
 * Where processes are measured: Node reads extra certificates each time it starts, 20 to 60 ms where the list is a
 * whole system's. That is a setting of the machine and no work of any tool, and would be most of what `--version` takes.
 */
function environment() {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env;
  return rest;
}

/**
 * @param {string[]} command program and arguments, files with absolute paths
 * @param {{ limitSeconds?: number }} [options]
 * @returns {Promise<Cost | string>} what it cost, or why there is no figure
 */
function run(command, { limitSeconds = 600 } = {}) {
  return new Promise((resolve) => {
    const child = spawn('python3', [MEASURE, String(limitSeconds), ...command], {
      cwd: workingDirectory(),
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let report = '';
    let complaint = '';
    child.stdout.on('data', (chunk) => (report += chunk));
    child.stderr.on('data', (chunk) => (complaint = (complaint + chunk).slice(-65536)));
    child.on('error', (error) => resolve(`not measured: python3 is needed (${error.message})`));
    child.on('close', () => {
      if (report === '') return resolve(`not measured: ${complaint.trim().split('\n').at(-1)}`);
      const { exitCode, signal, timedOut, ...cost } = JSON.parse(report);
      if (timedOut) resolve(`stopped after ${limitSeconds} s`);
      else if (signal !== null) resolve(`fails: ended by signal ${signal}${reason(complaint)}`);
      else if (exitCode !== 0) resolve(`fails: exit code ${exitCode}${reason(complaint)}`);
      else resolve(cost);
    });
  });
}

/**
 * What a tool that failed said of it, in a few words.
 * @param {string} complaint
 */
function reason(complaint) {
  const lines = [
    /version `([\w.]+)' not found/.exec(complaint)?.[1].replace(/^/, 'needs '),
    /^(?:FATAL ERROR|Error|\w+Error): .*$/m.exec(complaint)?.[0],
    complaint.trim().split('\n')[0],
  ];
  const found = lines.find(Boolean);
  return found ? ` (${found.replaceAll('|', '/').slice(0, 120)})` : '';
}

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * @param {Cost[]} costs
 * @returns {Cost} of each figure the median
 */
const medianCost = (costs) => ({
  wallSeconds: median(costs.map((cost) => cost.wallSeconds)),
  cpuSeconds: median(costs.map((cost) => cost.cpuSeconds)),
  peakBytes: median(costs.map((cost) => cost.peakBytes)),
});

/** @param {number} number */
const seconds = (number) => number.toFixed(number < 10 ? 2 : 1);

/** On what a table was measured. */
const machine = () =>
  `${os.cpus().length} cores (${os.cpus()[0].model.trim()}), Node ${process.version}, ` +
  `${new Date().toISOString().slice(0, 10)}`;

module.exports = { ours, onNode, run, median, medianCost, seconds, machine };
