// @ts-check
'use strict';

/**
 * A leak hunt as the guide has it, on an app of the user's own: three snapshots over its endpoint with load between them,
 * then `find-leaks`. All by the installed command, and the app by the installed package.
 */

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
 * @param {import('./machine').Machine} machine
 * @param {string} project where the package is installed
 * @param {string} name of a folder for this hunt
 * @returns {Promise<{ code: number | null, answer: any, stderr: string }>} of find-leaks
 */
async function hunt(machine, project, name) {
  const directory = path.join(project, name);
  fs.mkdirSync(directory);
  fs.writeFileSync(path.join(directory, 'app.js'), APP);
  const app = spawn(path.join(machine.env.PATH ?? '', 'node'), ['app.js'], {
    cwd: directory,
    env: { ...process.env, ...machine.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const command = path.join('..', 'node_modules', '.bin', 'heap-analyzer');
  const analyzer = (/** @type {string[]} */ args) => machine.run('node', [command, ...args], directory);
  try {
    const [port] = await once(app.stdout, 'data');
    const url = `http://127.0.0.1:${String(port).trim()}`;
    for (const file of FILES) {
      const args = ['node-snapshot', '--endpoint', `${url}/debug/heap`, '--output', file];
      const { code, stderr } = await analyzer(args);
      if (code !== 0) throw new Error(stderr);
      for (let i = 0; i < REQUESTS; i++) await (await fetch(`${url}/page/${i}`)).text();
    }
  } finally {
    app.kill();
  }
  const [baseline, target, final] = FILES;
  const args = ['find-leaks', '--baseline', baseline, '--target', target, '--final', final, '--json'];
  const { code, stdout, stderr } = await analyzer(args);
  return { code, answer: JSON.parse(stdout), stderr };
}

module.exports = { hunt };
