// @ts-check
// Owns one PostgreSQL: a fresh cluster in a private folder, the server on a loopback port, and the end of both. A
// process of its own, because who asked for the server may be killed at any moment; its channel closes then, and
// nothing is to stay behind. The server refuses to be root, so root gives it the user of the package, or `nobody`.
'use strict';

const { execFileSync, spawn } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { freePort } = require('./free-port');

const HOST = '127.0.0.1';
const USER = 'app';
const DATABASE = 'postgres';
/** Somebody else may take the port between asking for one and listening on it. */
const ATTEMPTS = 5;
/** How long each way of ending may take, in milliseconds: clients thrown out, no clean-up, no mercy. */
const ENDINGS = /** @type {const} */ ([
  ['SIGINT', 10_000],
  ['SIGQUIT', 5000],
  ['SIGKILL', 5000],
]);
/** The data is thrown away, so nothing has to reach the disk. */
const SETTINGS = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  // Who connects and keeps quiet holds up the end of a server for that long.
  authentication_timeout: '5s',
  shared_buffers: '16MB',
  // Files in the private folder, so that not even a killed server leaves any in /dev/shm.
  dynamic_shared_memory_type: 'mmap',
  logging_collector: 'off',
};

/** @typedef {{ uid: number, gid: number } | undefined} Identity whom the server runs as, if not as we do */
/** @typedef {{ child: import('node:child_process').ChildProcess, output: () => string, ended: Promise<string> }} Run */

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-postgres-'));
const data = path.join(folder, 'data');
/** Whatever runs just now; there is never more than one. @type {Run | undefined} */
let running;
/** @type {Promise<void> | undefined} */
let ending;

/** @returns {Identity} */
function identity() {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((which) =>
        Number(execFileSync('id', [which, user], { stdio: 'pipe' })),
      );
      return { uid, gid };
    } catch {
      // No such user; the next one.
    }
  }
  throw new Error('root cannot run PostgreSQL, and there is neither a user postgres nor nobody');
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {Identity} as
 * @returns {Run}
 */
function start(program, args, as) {
  if (ending) throw new Error('nobody needs it any more');
  const child = spawn(program, args, {
    ...as,
    cwd: folder,
    // A group of its own, to end initdb together with what it runs.
    detached: true,
    env: { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C', TZ: 'UTC' },
    stdio: 'pipe',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (output = (output + chunk).slice(-20_000)));
  }
  child.stdin.on('error', () => {});
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(String(signal ?? code)));
  });
  running = { child, output: () => output, ended };
  return running;
}

/**
 * To the end, with `input` for it to read.
 * @param {string} program
 * @param {string[]} args
 * @param {Identity} as
 * @param {string} [input]
 */
async function finish(program, args, as, input = '') {
  const { child, output, ended } = start(program, args, as);
  child.stdin?.end(input);
  const how = await ended;
  if (how !== '0') throw new Error(`${path.basename(program)} ended with ${how}\n${output()}`);
}

/** @param {{ bin: string, connections: number, schema: string[] }} wanted */
async function open({ bin, connections, schema }) {
  const as = identity();
  const password = randomBytes(16).toString('hex');
  const secret = path.join(folder, 'password');
  fs.writeFileSync(secret, password, { mode: 0o600 });
  if (as) for (const name of [folder, secret]) fs.chownSync(name, as.uid, as.gid);

  const cluster = ['--pgdata', data, '--username', USER, '--pwfile', secret];
  const format = ['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'];
  await finish(path.join(bin, 'initdb'), [...cluster, ...format], as);
  fs.rmSync(secret);

  const postgres = path.join(bin, 'postgres');
  const settings = Object.entries({ ...SETTINGS, max_connections: String(connections) });
  const options = ['-D', data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  if (schema.length > 0) {
    // Without a server, by the program itself: a line is a statement.
    const lines = schema.map((statement) => `${statement}\n`).join('');
    await finish(postgres, ['--single', ...options, '-c', 'exit_on_error=true', DATABASE], as, lines);
  }
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = start(postgres, [...options, '-p', String(port)], as);
    if (await accepts(server)) {
      const env = { PGHOST: HOST, PGPORT: String(port), PGUSER: USER, PGPASSWORD: password };
      return { port, folder, pid: server.child.pid, env: { ...env, PGDATABASE: DATABASE } };
    }
    const taken = /could not bind|Address already in use/.test(server.output());
    if (!taken || attempt === ATTEMPTS)
      throw new Error(`postgres ended with ${await server.ended}\n${server.output()}`);
  }
}

/** Whether the server comes to say that it is ready. @param {Run} server @returns {Promise<boolean>} */
function accepts({ child, output, ended }) {
  return new Promise((resolve) => {
    child.stderr?.on('data', () => {
      if (output().includes('ready to accept connections')) resolve(true);
    });
    ended.then(() => resolve(false));
  });
}

/** Ends what runs, removes the folder, and goes. */
function end() {
  ending ??= (async () => {
    const { child, ended } = running ?? {};
    for (const [signal, patience] of ENDINGS) {
      if (!child?.pid || !alive(child.pid, signal)) break;
      const over = await Promise.race([
        ended,
        new Promise((resolve) => setTimeout(resolve, patience, 'not yet').unref()),
      ]);
      if (over !== 'not yet') break;
    }
    removeSegment();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit();
  })();
}

/** The few bytes of System V memory that a server which was killed could not give back. */
function removeSegment() {
  const file = path.join(data, 'postmaster.pid');
  if (!fs.existsSync(file)) return;
  // The seventh line is its key and its id.
  const id = fs.readFileSync(file, 'utf8').split('\n')[6]?.trim().split(/\s+/)[1];
  if (!id) return;
  try {
    execFileSync('ipcrm', ['-m', id], { stdio: 'pipe' });
  } catch {
    // It is gone, or there is no such program: nothing that should keep the rest from being cleaned up.
  }
}

/** Sends a signal to a group; says whether there is one. @param {number} pid @param {NodeJS.Signals} signal */
function alive(pid, signal) {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

process.on('disconnect', end);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, end);
process.once('message', async (/** @type {Parameters<typeof open>[0]} */ wanted) => {
  try {
    process.send?.(await open(wanted));
    // Without its server there is nothing to keep.
    await running?.ended;
    end();
  } catch (error) {
    if (process.connected) process.send?.({ error: String(/** @type {Error} */ (error).message) });
    end();
  }
});
