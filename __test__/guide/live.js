'use strict';

/**
 * A project as a reader of the guide has it, with Express, autocannon, lru-cache and our package installed; an app made
 * of the guide's pieces; and a shell in which its commands are typed.
 */

const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { project } = require('../helpers/project');
const { executable, root, run } = require('../helpers/run');

const full = process.env.HEAP_ANALYZER_FULL_TESTS === '1';
const frameworks = path.join(root, '__test__', 'frameworks', 'node_modules');

/** Why the guide's commands cannot be typed here, or false. For the `skip` of a test. */
const noShell =
  (process.platform === 'win32' && 'the guide speaks to a POSIX shell') ||
  (spawnSync('sh', ['-c', 'command -v curl && command -v pgrep']).status !== 0 && 'curl or pgrep is missing');

/** What runs in a project, so that it ends before the project goes. @type {Map<string, Array<() => Promise<void>>>} */
const running = new Map();

/** @param {import('node:test').TestContext} t */
function readersProject(t) {
  /** @type {Array<() => void>} */
  const removals = [];
  const directory = project({ after: (remove) => removals.push(remove) });
  running.set(directory, []);
  t.after(async () => {
    for (const end of running.get(directory) ?? []) await end();
    for (const remove of removals) remove();
  });
  const modules = path.join(directory, 'node_modules');
  const bin = path.join(modules, '.bin');
  fs.mkdirSync(bin);
  fs.symlinkSync(path.join(frameworks, 'autocannon'), path.join(modules, 'autocannon'), 'dir');
  fs.symlinkSync(path.join(frameworks, 'lru-cache11'), path.join(modules, 'lru-cache'), 'dir');
  fs.symlinkSync(path.join(frameworks, 'autocannon', 'autocannon.js'), path.join(bin, 'autocannon'));
  fs.symlinkSync(executable, path.join(bin, 'heap-analyzer'));
  fs.writeFileSync(
    path.join(directory, 'package.json'),
    '{"name":"readers-app","version":"1.0.0","private":true}',
  );
  return directory;
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, () => {
      const { port } = /** @type {net.AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * An Express app around pieces of the guide.
 * @param {string[]} pieces
 */
const appOf = (...pieces) =>
  [
    `const express = require('express');`,
    `const app = express();`,
    `app.use(express.json());`,
    ...pieces,
    `app.listen(process.env.PORT || 3000, () => console.log('listening', process.pid));`,
    '',
  ].join('\n');

/**
 * Starts a command of the guide that runs until its project goes.
 * @param {string} directory of a reader's project
 * @param {string} command `node … app.js`
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ pid: number, output: () => string }>}
 */
async function start(directory, command, env) {
  const [program, ...args] = command.split(' ');
  if (program !== 'node') throw new Error(`${command} is not started by this`);
  const child = spawn(process.execPath, args, {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: 'pipe',
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (more) => (text += more));
  const closed = new Promise((resolve) => child.once('close', resolve));
  running.get(directory)?.push(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  await until(() => /^listening \d+$/m.test(text) || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`${command} ended: ${text}`);
  return { pid: Number(child.pid), output: () => text };
}

/** @param {() => any} look */
async function until(look) {
  for (let i = 0; i < 1200; i++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('waited for half a minute');
}

/**
 * Types a line into a shell in the project. `npx` takes what is installed there; in the full run it is npx itself.
 * @param {string} directory
 * @param {string} line
 */
function type(directory, line) {
  const bin = path.join(directory, 'node_modules', '.bin');
  // From standard input: as an argument the line would be found by the guide's own `pgrep -f`.
  return run(['-s'], {
    command: 'sh',
    cwd: directory,
    env: { PATH: `${bin}${path.delimiter}${process.env.PATH}`, CI: undefined },
    input: `${full ? '' : 'npx() { "$@"; }\n'}${line}\n`,
  });
}

/** Load of a second where the guide has half a minute or more, except in the full run. @param {string} line */
const hurried = (line) => (full ? line : line.replace(/ -d \d+s\b/, ' -d 1'));

/** @param {string} directory */
const snapshotsIn = (directory) =>
  fs
    .readdirSync(directory)
    .filter((name) => name.endsWith('.heapsnapshot'))
    .sort();

module.exports = { appOf, freePort, full, hurried, noShell, readersProject, snapshotsIn, start, type, until };
