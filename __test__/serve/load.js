// @ts-check
'use strict';

/**
 * What an analysis costs the app it runs in: an Express app under a steady load of requests, idle and while it analyses
 * a large snapshot. `node __test__/serve/load.js FILE [--threads N] [--rate N]` prints one line of JSON.
 *
 * The load comes from a process of its own, at a fixed rate: a client that waits for answers would slow down with them.
 */

const { spawn } = require('node:child_process');
const http = require('node:http');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { parseArgs } = require('node:util');
const { setTimeout: wait } = require('node:timers/promises');
const { analyze } = require('../..');
const { framework } = require('../helpers/serving');

const CLIENT = `
  const http = require('node:http');
  const [port, rate] = process.argv.slice(1).map(Number);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
  let latencies = [];
  const started = performance.now();
  let sent = 0;
  setInterval(() => {
    // Owed by now, so that a late timer lets none out.
    for (; sent < ((performance.now() - started) / 1000) * rate; sent++) {
      const at = started + (sent / rate) * 1000;
      http.get({ port, agent }, (response) => response.resume().on('end', () => latencies.push(performance.now() - at)));
    }
  }, 1);
  process.on('message', () => { process.send(latencies); latencies = []; });
`;

/** @param {number[]} values @param {number} share */
const quantile = (values, share) =>
  values.sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

/** @param {number} value */
const rounded = (value) => Math.round(value * 100) / 100;

/**
 * @param {string} file
 * @param {{ threads?: number, rate?: number, idleMs?: number, busyMs?: number }} [options] busyMs: analyse again and again
 *   for so long, where once is soon over
 */
async function measure(file, { threads, rate = 200, idleMs = 4000, busyMs = 0 } = {}) {
  const app = framework('express5')();
  app.get('/', (/** @type {any} */ _request, /** @type {any} */ response) =>
    response.json({ hello: 'world' }),
  );
  const server = http.createServer(app);
  await new Promise((resolve) => server.listen(0, () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const client = spawn(process.execPath, ['-e', CLIENT, String(port), String(rate)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const latencies = () =>
    /** @type {Promise<number[]>} */ (
      new Promise((resolve) => {
        client.once('message', resolve);
        client.send('tell');
      })
    );
  try {
    await wait(1500); // until connections stand and code is warm
    const idle = await watched(() => wait(idleMs), latencies);
    const busy = await watched(async () => {
      const started = performance.now();
      do await analyze(file, { threads });
      while (performance.now() - started < busyMs);
    }, latencies);
    return { idle, busy };
  } finally {
    client.kill();
    server.closeAllConnections();
    server.close();
  }
}

/**
 * @param {() => Promise<unknown>} task
 * @param {() => Promise<number[]>} latencies
 */
async function watched(task, latencies) {
  await latencies();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  await task();
  const ms = Math.round(performance.now() - started);
  delay.disable();
  const times = await latencies();
  return {
    ms,
    requests: times.length,
    delayP50: rounded(delay.percentile(50) / 1e6),
    delayP99: rounded(delay.percentile(99) / 1e6),
    delayMax: rounded(delay.max / 1e6),
    latencyP50: rounded(quantile(times, 0.5)),
    latencyP99: rounded(quantile(times, 0.99)),
  };
}

module.exports = { measure };

if (require.main === module) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { threads: { type: 'string' }, rate: { type: 'string' } },
  });
  const number = (/** @type {string | undefined} */ text) => (text === undefined ? undefined : Number(text));
  measure(positionals[0], { threads: number(values.threads), rate: number(values.rate) }).then((result) => {
    console.log(JSON.stringify(result));
    process.exit();
  });
}
