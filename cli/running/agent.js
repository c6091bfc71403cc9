// @ts-check
'use strict';

/**
 * Preloaded into an app that `record -- COMMAND` starts (and into whatever that starts): answers what the recorder
 * asks, over a socket whose name is in the environment. The app needs no change, and sees nothing of it.
 *
 * It keeps no process alive. When the recorder is gone, however it ended, the app ends as well: it was started for the
 * recording only.
 */

/** @type {import('node:cluster').Cluster} */
const cluster = /** @type {any} */ (require('node:cluster'));
const net = require('node:net');
const { isMainThread } = require('node:worker_threads');

const SOCKET = 'HEAP_ANALYZER_AGENT';

/**
 * @typedef {{ id: number, ask: 'memory' | 'ports' | 'snapshot', file?: string, reason?: string }} Question
 */

/**
 * In a worker of a cluster, whose first process does the listening: servers have no handle there by which they could be
 * found, so they are noted when they begin.
 * @type {Set<WeakRef<net.Server>>}
 */
const ofCluster = new Set();

function noteServers() {
  const { listen } = net.Server.prototype;
  /** @type {any} */ (net.Server.prototype).listen = function (/** @type {any[]} */ ...given) {
    ofCluster.add(new WeakRef(this));
    return Reflect.apply(listen, this, given);
  };
}

/** @returns {unknown[]} */
function servers() {
  if (cluster.isWorker) return [...ofCluster].map((server) => server.deref());
  // Not documented, and in every version of Node: there is no other way to ask for servers that others have made.
  return Reflect.get(process, '_getActiveHandles')?.call(process) ?? [];
}

/** The ports on which this process listens. */
function listeningPorts() {
  return servers().flatMap((server) => {
    if (!(server instanceof net.Server) || !server.listening) return [];
    const address = server.address();
    return address !== null && typeof address === 'object' ? [address.port] : [];
  });
}

/** @type {Record<Question['ask'], (question: Question) => unknown>} */
const ANSWERS = {
  memory: () => require('../../lib/watch/ledger').memoryLedger(),
  ports: listeningPorts,
  snapshot: ({ file, reason }) => require('../../lib/capture').takeHeapSnapshot(file, { reason }),
};

/** @param {string} socket */
function connect(socket) {
  const recorder = net.connect(socket);
  const tell = (/** @type {object} */ message) => recorder.write(`${JSON.stringify(message)}\n`);
  recorder.on('connect', () => {
    const { pid, argv, version } = process;
    tell({ hello: { pid, argv: argv.slice(0, 2), version, worker: cluster.isWorker } });
  });
  let text = '';
  recorder.setEncoding('utf8').on('data', (chunk) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) answer(JSON.parse(line), tell);
  });
  // Not there any more before it was there: nobody to end for.
  let connected = false;
  recorder.on('connect', () => (connected = true));
  recorder.on('error', () => {});
  recorder.on('close', () => {
    if (connected) process.kill(process.pid, 'SIGTERM');
  });
  recorder.unref();
}

/**
 * @param {Question} question
 * @param {(message: object) => void} tell
 */
async function answer(question, tell) {
  const { id, ask } = question;
  try {
    tell({ id, answer: await ANSWERS[ask](question) });
  } catch (error) {
    const { code, message } = /** @type {any} */ (error);
    tell({ id, error: { code: String(code).startsWith('ERR_HEAP_') ? code : 'ERR_HEAP_CAPTURE', message } });
  }
}

const socket = process.env[SOCKET];
// Workers load what is preloaded as well.
if (socket && isMainThread) {
  if (cluster.isWorker) noteServers();
  connect(socket);
}

module.exports = { SOCKET };
