// @ts-check
/**
 * What a contender costs as a whole process: wall time from outside, CPU time and peak memory as the system counted
 * them.
 */
'use strict';

const { spawn } = require('node:child_process');
const os = require('node:os');
const path = require('node:path');

/** @typedef {{ wallSeconds: number, cpuSeconds: number, peakBytes: number }} Cost */

/**
 * @param {string} contender name of a file in benches/contenders
 * @param {string[]} args
 * @returns {Promise<Cost | string>} what it cost, or why there is no figure
 */
function run(contender, ...args) {
  return new Promise((resolve) => {
    const started = process.hrtime.bigint();
    const child = spawn(
      process.execPath,
      [
        '--max-old-space-size=16384',
        '--require',
        path.join(__dirname, 'measure.js'),
        path.join(__dirname, 'contenders', contender),
        ...args,
      ],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
    );
    let report = '';
    let complaint = '';
    child.stdio[3]?.on('data', (chunk) => (report += chunk));
    child.stderr?.on('data', (chunk) => (complaint += chunk));
    child.on('close', (code) => {
      const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
      if (code !== 0 || report === '') {
        const reason = /^\w*Error.*$/m.exec(complaint)?.[0] ?? `exit code ${code}`;
        resolve(`fails: ${reason}`);
      } else {
        resolve({ wallSeconds, ...JSON.parse(report) });
      }
    });
  });
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

/**
 * On what a table was measured.
 * @param {number} runs
 */
const conditions = (runs) =>
  `${os.cpus().length} cores (${os.cpus()[0].model.trim()}), Node ${process.version}, ` +
  `${new Date().toISOString().slice(0, 10)}, median of ${runs} runs, whole processes.`;

module.exports = { run, median, medianCost, seconds, conditions };
