// @ts-check
'use strict';

/**
 * Preloaded into an app that `record -- COMMAND` starts (and into whatever that starts): answers what the recorder
 * asks, over a socket whose name is in the environment. The app needs no change, and sees nothing of it.
 *
 * It keeps no process alive. When the recorder is gone, however it ended, the app ends as well: it was started for the
 * recording only.
 */

const net = require('node:net');
const { isMainThread } = require('node:worker_threads');

const SOCKET = 'HEAP_ANALYZER_AGENT';

/**
 * @typedef {{ id: number, ask: 'memory' | 'ports' | 'snapshot', file?: string, reason?: string }} Question
 */

/** The ports on which this process listens. */
function listeningPorts() {
  // Not documented, and in every version of Node: there is no other way to ask for servers that others have made.
  const handles = Reflect.get(process, '_getActiveHandles')?.call(process) ?? [];
  return handles.flatMap((/** @type {any} */ handle) => {
    if (!(handle instanceof net.Server) || !handle.listening) return [];
    const address = handle.address();
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
    tell({ hello: { pid, argv: argv.slice(0, 2), version, worker: 'NODE_UNIQUE_ID' in process.env } });
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
if (socket && isMainThread) connect(socket);

module.exports = { SOCKET };
