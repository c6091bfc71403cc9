// @ts-check
'use strict';

/**
 * The demo's side of the shop: starts the process, visits it over real HTTP, asks it for snapshots, ends it.
 */

const { fork } = require('node:child_process');
const http = require('node:http');
const path = require('node:path');
const { HeapAnalyzerError } = require('../../lib/errors');

/** So many visitors at once; a laptop's loopback is quick enough with a few. */
const VISITORS = 8;
const REQUEST_TIMEOUT_MS = 10_000;
const STDERR_KEPT = 2000;

/**
 * @param {AbortSignal} signal aborting it ends every wait below
 */
async function startShop(signal) {
  const child = fork(path.join(__dirname, 'child.js'), [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Flags of this process, such as --inspect with its port, are not for the child.
    execArgv: [],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let complaints = '';
  child.stderr?.on('data', (chunk) => {
    complaints = (complaints + chunk).slice(-STDERR_KEPT);
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: VISITORS });

  /**
   * The child's next message; rejects when it dies or the signal aborts.
   * @returns {Promise<any>}
   */
  function nextMessage() {
    return new Promise((resolve, reject) => {
      const settle = (/** @type {() => void} */ finish) => {
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        signal.removeEventListener('abort', onAbort);
        finish();
      };
      const onMessage = (/** @type {any} */ message) => {
        settle(() => {
          if (message.type === 'failed') reject(new HeapAnalyzerError(message.code, message.message));
          else resolve(message);
        });
      };
      const onExit = (/** @type {number | null} */ code) =>
        settle(() =>
          reject(failed(`ended early (${code ?? 'killed'})${complaints ? `: ${complaints.trim()}` : ''}`)),
        );
      const onError = (/** @type {Error} */ error) =>
        settle(() => reject(failed(`did not start: ${error.message}`)));
      const onAbort = () => settle(() => reject(signal.reason));
      child.on('message', onMessage).on('exit', onExit).on('error', onError);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
  }

  async function end() {
    agent.destroy();
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill('SIGKILL');
    await exited;
  }

  try {
    const { port } = await nextMessage();
    return {
      /**
       * @param {number} visits
       * @param {(done: number) => void} [onVisit]
       */
      visit: (visits, onVisit) => visitMany({ port, agent, signal }, visits, onVisit),
      /**
       * @param {string} file
       * @returns {Promise<any>} the answer of takeHeapSnapshot
       */
      async snapshot(file) {
        const message = nextMessage();
        child.send({ path: file });
        return (await message).answer;
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** @param {string} what */
const failed = (what) => new HeapAnalyzerError('ERR_HEAP_INTERNAL', `the demo's process ${what}`);

/**
 * @typedef {{ port: number, agent: http.Agent, signal: AbortSignal }} Shop
 *
 * @param {Shop} shop
 * @param {number} visits
 * @param {(done: number) => void} [onVisit]
 */
async function visitMany(shop, visits, onVisit) {
  let started = 0;
  let done = 0;
  const visitor = async () => {
    while (started < visits) {
      await visitOnce(shop, started++);
      onVisit?.(++done);
    }
  };
  await Promise.all(Array.from({ length: VISITORS }, visitor));
}

/**
 * Somebody logs in, looks at some products, and logs out.
 * @param {Shop} shop
 * @param {number} number
 */
async function visitOnce(shop, number) {
  const { session } = await request(shop, `/login/visitor-${number}`);
  for (const step of [1, 7, 31]) await request(shop, `/products/${(number * step) % 250}?session=${session}`);
  await request(shop, `/logout?session=${session}`);
}

/**
 * @param {Shop} shop
 * @param {string} url
 * @returns {Promise<any>}
 */
function request({ port, agent, signal }, url) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, agent, signal, path: url, timeout: REQUEST_TIMEOUT_MS };
    const sent = http.get(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (body += chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(body));
        else reject(failed(`answered ${response.statusCode} to ${url}`));
      });
    });
    sent.on('timeout', () =>
      sent.destroy(failed(`did not answer ${url} within ${REQUEST_TIMEOUT_MS / 1000} s`)),
    );
    sent.on('error', (error) => reject(signal.aborted ? signal.reason : error));
  });
}

module.exports = { startShop };
