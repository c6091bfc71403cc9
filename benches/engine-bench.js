// @ts-check
/** Builds benches/engine, which runs the engine's steps one by one, and says where it is. */
'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');

/**
 * @typedef {object} Report
 * @property {{ bytes: number, nodes: number, edges: number, strings: number }} counts
 * @property {number} threads
 * @property {Array<{ name: string, seconds: number[] }>} steps
 */

/** @returns {string} path of the program */
function buildEngineBench() {
  const args = ['bench', '--no-run', '--features', 'phases', '--bench', 'engine', '--message-format=json'];
  const cargo = spawnSync('cargo', args, {
    cwd: path.join(__dirname, '..'),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  if (cargo.error || cargo.status !== 0) throw new Error('benches/engine could not be built');
  const messages = cargo.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const built = messages.find(({ executable, target }) => executable && target?.name === 'engine');
  if (!built) throw new Error('cargo built no benches/engine');
  return built.executable;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Report}
 */
function runEngineBench(command, args) {
  const child = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (child.error) throw new Error(`${command} could not be started: ${child.error.message}`);
  if (child.status !== 0) throw new Error(`${path.basename(command)} failed: ${child.stderr.trim()}`);
  return JSON.parse(child.stdout);
}

module.exports = { buildEngineBench, runEngineBench };
