// @ts-check
/**
 * A leak hunt as the guide has it, on an app of the user's own: three snapshots over its endpoint with load between them,
 * then `find-leaks`. All by the installed command, and the app by the installed package: a release is tried with it on
 * every platform, and the tests try it on every Node.
 */
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');

const APP = `
const http = require('node:http');
const { heapSnapshotHandler } = require('heap-analyzer');

class Visit {
  constructor(url) {
    this.url = url;
    this.at = Date.now();
  }
}
const visits = new Map();

const heap = heapSnapshotHandler({ mount: '/debug/heap', loopback: true });
const server = http.createServer((request, response) =>
  heap(request, response, () => {
    visits.set(visits.size, new Visit(request.url));
    response.end('hello');
  }),
);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

const FILES = ['heap-baseline.heapsnapshot', 'heap-target.heapsnapshot', 'heap-final.heapsnapshot'];
const REQUESTS = 200;

/**
 * @typedef {object} Ground where to hunt
 * @property {string} node its binary
 * @property {NodeJS.ProcessEnv} env whole, not added to ours
 * @property {string} project the folder in which the package is installed
 *
 * @typedef {{ code: number | null, stdout: string, stderr: string }} Outcome
 */

/**
 * Runs Node to its end.
 * @param {Ground} ground
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<Outcome>}
 */
async function run({ node, env }, args, cwd) {
  const child = spawn(node, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const outcome = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (outcome.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (outcome.stderr += text));
  const [code] = await once(child, 'close');
  return { code, ...outcome };
}

/**
 * What is wrong with the outcome of a hunt; nothing where the leak was found by its name.
 * @param {Ground} ground
 * @returns {Promise<string[]>}
 */
async function hunt(ground) {
  const directory = path.join(ground.project, 'hunt');
  fs.mkdirSync(directory);
  fs.writeFileSync(path.join(directory, 'app.js'), APP);
  const command = path.join(ground.project, 'node_modules', 'heap-analyzer', 'cli', 'heap-analyzer.js');
  const app = spawn(ground.node, ['app.js'], {
    cwd: directory,
    env: ground.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = await once(app.stdout, 'data');
    const url = `http://127.0.0.1:${String(port).trim()}`;
    for (const file of FILES) {
      const args = [command, 'node-snapshot', '--endpoint', `${url}/debug/heap`, '--output', file];
      const { code, stderr } = await run(ground, args, directory);
      if (code !== 0) return [`node-snapshot ended with ${code}: ${stderr}`];
      for (let i = 0; i < REQUESTS; i++) await (await fetch(`${url}/page/${i}`)).text();
    }
  } finally {
    // Waited for, since on Windows nothing can be removed of what a process has loaded.
    if (app.kill()) await once(app, 'exit');
  }
  const [baseline, target, final] = FILES;
  const args = ['find-leaks', '--baseline', baseline, '--target', target, '--final', final, '--json'];
  return judge(await run(ground, [command, ...args], directory));
}

/** @param {Outcome} outcome of `find-leaks --json` */
function judge({ code, stdout, stderr }) {
  if (code !== 1) return [`find-leaks ended with ${code}, not with 1: ${stderr || stdout}`];
  const { verdict, findings } = JSON.parse(stdout);
  const [{ holder, entries }] = findings;
  const faults = [];
  if (verdict !== 'leak') faults.push(`the verdict is ${verdict}`);
  if (holder.variable !== 'visits') faults.push(`the first holder is ${holder.variable ?? holder.name}`);
  const grown = JSON.stringify(entries.perInterval);
  if (grown !== JSON.stringify([REQUESTS, REQUESTS])) faults.push(`it grew by ${grown} entries`);
  return faults;
}

module.exports = { hunt, run };
