'use strict';

/**
 * A small web app in a process of its own, leaking or not, that counts what it was asked: the truth against which load
 * and recordings are held.
 */

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

/**
 * Prints `up PORT PID`, answers `/item/N` and `/count`, and says `served N` when it is told to end.
 */
const SOURCE = `'use strict';
const http = require('node:http');

const items = new Map();
const bound = process.env.LEAKS === 'no' ? 5 : Infinity;
let served = 0;

class Item {
  constructor(id) {
    this.id = id;
    this.text = 'item number ' + id;
  }
}

function find(id) {
  if (!items.has(id)) items.set(id, new Item(id));
  if (items.size > bound) items.delete(items.keys().next().value);
  return items.get(id);
}

const server = http.createServer((request, response) => {
  const [, what, id] = request.url.split('/');
  if (what === 'count') return response.end(JSON.stringify({ served, items: items.size }));
  if (what !== 'item') return response.writeHead(404).end();
  served++;
  response.end(JSON.stringify(find(id)));
});
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => console.log('up', server.address().port, process.pid));
process.on('SIGTERM', () => {
  console.log('served', served, items.size);
  process.exit();
});
`;

/** @param {string} directory @returns {string} */
function writeApp(directory) {
  const file = path.join(directory, 'web-app.js');
  fs.writeFileSync(file, SOURCE);
  return file;
}

/** Where it declares its Map. */
const DECLARED_AT = SOURCE.split('\n').findIndex((line) => line.startsWith('const items')) + 1;

/**
 * @param {import('node:test').TestContext} t
 * @param {string[]} args of node
 * @param {object} [options]
 * @returns {Promise<{ pid: number, port: number, url: string, child: import('node:child_process').ChildProcess, stop: () => Promise<void>, output: () => string }>}
 */
async function startApp(t, args, options = {}) {
  const child = spawn(process.execPath, args, { stdio: 'pipe', ...options });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const closed = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    child.kill('SIGKILL');
    await closed;
  };
  t.after(stop);
  for (let i = 0; i < 400 && !/^up \d+ \d+$/m.test(output); i++) {
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const [, port, pid] = /^up (\d+) (\d+)$/m.exec(output) ?? [];
  if (port === undefined) throw new Error(`the app does not come up: ${output}`);
  return {
    child,
    stop,
    pid: Number(pid),
    port: Number(port),
    url: `http://127.0.0.1:${port}`,
    output: () => output,
  };
}

module.exports = { writeApp, startApp, DECLARED_AT };
