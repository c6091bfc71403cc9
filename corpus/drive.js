// @ts-check
// Makes the three snapshots of an app: starts it in a child on the given Node, warms it up, and takes baseline,
// target and final with the same load between them. `node corpus/drive.js global-cache/session-map-leak --node 22`
// by hand prints where they are.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');
const { parseArgs } = require('node:util');
const zlib = require('node:zlib');

const { fingerprint, once } = require('../fixtures/cache');
const { nodeBinary, release } = require('../fixtures/nodes');
const { npm } = require('../fixtures/run-command');
const { allApps, packagesOf, sourcesOf } = require('./apps');
const { freePort } = require('./free-port');
const { Load } = require('./load');
const { startPostgres } = require('./postgres');
const { startUpstream } = require('./upstream');

/** What shapes a snapshot besides the app: these files, and FLAGS and SETTLE. */
const INSTRUMENTS = ['instrument.js', 'load.js', 'upstream.js'];
const MANIFESTS = ['package.json', 'package-lock.json'];
/** No app comes near it; one that hangs must not hold up the others. */
const TIME_LIMIT = 90_000;
/** Between load and snapshot: answers have arrived, but an app's last callbacks may still be to come. */
const SETTLE = 120;
// Seeded, so that dictionaries have the same order and Math.random() the same numbers in every run.
const FLAGS = ['--expose-gc', '--hash-seed=1', '--random-seed=1'];
const STAGES = /** @type {const} */ (['baseline', 'target', 'final']);

/**
 * @typedef {object} Series paths of the snapshots, and what the process said about its memory at each
 * @property {string} baseline
 * @property {string} target
 * @property {string} final
 * @property {NodeJS.MemoryUsage[]} memory
 */

/** @returns {Promise<string>} a node_modules folder with what the apps depend on */
async function dependencies() {
  const files = MANIFESTS.map((name) => path.join(__dirname, name));
  const name = path.join(
    'dependencies',
    `corpus-${fingerprint(...files.map((file) => fs.readFileSync(file)))}`,
  );
  const dir = await once(name, async (draft) => {
    for (const file of files) fs.copyFileSync(file, path.join(draft, path.basename(file)));
    await npm(['ci'], draft);
  });
  return path.join(dir, 'node_modules');
}

/**
 * @param {import('./apps').App} app
 * @param {number} major of Node
 * @returns {Promise<Series>}
 */
async function snapshotsOf(app, major) {
  // A package more does not change the apps that use none.
  const manifests = packagesOf(app).length > 0 ? MANIFESTS : [];
  const files = [...INSTRUMENTS, ...manifests].map((name) => path.join(__dirname, name));
  const sources = [...files, ...sourcesOf(app)].map((file) => fs.readFileSync(file));
  // The path of the checkout is in the snapshots, and reports read the sources they find there.
  const { load: plan, postgres } = app.truth;
  const load = JSON.stringify([plan, FLAGS, SETTLE, ...(postgres ? [postgres] : [])]);
  const key = fingerprint(release(major), process.platform, process.arch, app.file, load, ...sources);
  const name = path.join('corpus', `${app.name.replace('/', '-')}-node${major}-${key}`);
  const dir = await once(name, (draft) => take(app, major, draft));
  const [baseline, target, final] = STAGES.map((stage) => path.join(dir, `${stage}.heapsnapshot.gz`));
  return {
    baseline,
    target,
    final,
    memory: JSON.parse(fs.readFileSync(path.join(dir, 'memory.json'), 'utf8')),
  };
}

/**
 * @param {import('./apps').App} app
 * @param {number} major
 * @param {string} dir
 */
async function take(app, major, dir) {
  // First, because where it is not installed nothing else is worth its time.
  const postgres = app.truth.postgres && (await startPostgres(app.truth.postgres));
  try {
    await takeBeside(app, major, dir, postgres?.env ?? {});
  } finally {
    await postgres?.stop();
  }
}

/**
 * @param {import('./apps').App} app
 * @param {number} major
 * @param {string} dir
 * @param {Record<string, string>} database where it is, for apps that need one
 */
async function takeBeside(app, major, dir, database) {
  const upstream = await startUpstream();
  const port = await freePort();
  const scratch = fs.mkdtempSync(path.join(dir, 'scratch-'));
  const load = new Load(port);
  try {
    const preload = ['-r', path.join(__dirname, 'instrument.js')];
    const child = spawn(await nodeBinary(major), [...FLAGS, ...preload, app.file], {
      cwd: scratch,
      env: {
        PATH: process.env.PATH,
        NODE_PATH: await dependencies(),
        NODE_ENV: 'production',
        PORT: String(port),
        UPSTREAM_PORT: String(upstream.httpPort),
        SINK_PORT: String(upstream.tcpPort),
        TMPDIR: scratch,
        ...database,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    await whileAlive(child, () => stages(app.truth.load, child, load, dir));
  } catch (error) {
    const why = /** @type {Error} */ (error).message;
    throw new Error(`${app.name} on Node ${major}: ${why}`, { cause: error });
  } finally {
    load.close();
    upstream.close();
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Work with a child that must not end before it, and that ends with it whatever happens.
 * @param {import('node:child_process').ChildProcess} child
 * @param {() => Promise<void>} work
 */
async function whileAlive(child, work) {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => (output = (output + data).slice(-4000)));
  }
  const ended = new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? code));
    child.on('error', (error) => resolve(error.message));
  });
  const died = ended.then((how) => {
    throw new Error(`the app ended with ${how}\n${output}`);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT);
  try {
    await Promise.race([work(), died]);
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
    await ended;
  }
}

/**
 * Warm-up, baseline, load, target, load, final.
 * @param {import('./apps').Load} plan
 * @param {import('node:child_process').ChildProcess} child
 * @param {Load} load
 * @param {string} dir
 */
async function stages({ warmup = 100, count = 300, requests, ...other }, child, load, dir) {
  const plans = {
    baseline: { rounds: warmup, requests: other.warmupRequests ?? requests },
    target: { rounds: count, requests },
    final: { rounds: count, requests: other.finalRequests ?? requests },
  };
  const memory = [];
  /** @type {Promise<void>[]} */
  const packing = [];
  await answering(load.port);
  try {
    for (const stage of STAGES) {
      await load.drive(plans[stage].requests, plans[stage].rounds);
      await sleep(SETTLE);
      const file = path.join(dir, `${stage}.heapsnapshot`);
      const answer = new Promise((resolve) => child.once('message', resolve));
      child.send({ snapshot: file });
      memory.push((await answer).memory);
      // While the next load runs.
      packing.push(pack(file));
      packing.at(-1)?.catch(() => {});
    }
    await Promise.all(packing);
  } finally {
    await Promise.allSettled(packing);
  }
  fs.writeFileSync(path.join(dir, 'memory.json'), JSON.stringify(memory));
}

/** @param {string} file */
async function pack(file) {
  await pipeline(
    fs.createReadStream(file),
    zlib.createGzip({ level: 1 }),
    fs.createWriteStream(`${file}.gz`),
  );
  fs.rmSync(file);
}

/** Waits until the app listens. @param {number} port */
async function answering(port) {
  const until = Date.now() + 15_000;
  for (;;) {
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    if (Date.now() > until) throw new Error('the app does not listen');
    await sleep(20);
  }
}

module.exports = { snapshotsOf };

if (require.main === module) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { node: { type: 'string', default: '22' } },
  });
  (async () => {
    const app = allApps().find(({ name }) => name === positionals[0]);
    if (!app) throw new Error('usage: node corpus/drive.js GROUP/APP [--node MAJOR]');
    const { baseline, target, final } = await snapshotsOf(app, Number(values.node));
    console.log([baseline, target, final].join('\n'));
  })().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
