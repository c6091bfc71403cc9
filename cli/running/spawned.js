// @ts-check
'use strict';

/**
 * An app that we start ourselves, `record -- node app.js`: with our agent preloaded, its output in a file, in a group of
 * processes of its own that ends with us.
 *
 * The command may be a shell's, npm's or a cluster's first process: whatever it starts has the agent too, and the process
 * that listens on the port is the one that is asked.
 */

const { spawn } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { HeapAnalyzerError, fromSystem } = require('../../lib/errors');

const AGENT = path.join(__dirname, 'agent.js');
const SOCKET = 'HEAP_ANALYZER_AGENT';
const POLL_MS = 100;
/** Between the wish that it ends, and its end. */
const PATIENCE_MS = 5000;
const TAIL_BYTES = 8000;
const LONGEST_LINE = 300;

/**
 * @typedef {object} Hello what an agent says of its process
 * @property {number} pid
 * @property {string[]} argv
 * @property {string} version of Node
 * @property {boolean} worker of a cluster
 *
 * @typedef {object} Agent
 * @property {Hello} hello
 * @property {(ask: string, more?: object) => Promise<any>} ask
 */

class SpawnedApp {
  /** @type {Set<Agent>} */
  #agents = new Set();
  /** @type {Set<net.Socket>} */
  #sockets = new Set();
  #server;
  #socket;
  #log;
  #command;
  #env;
  #pid = 0;
  #ended = false;
  #kill = () => this.#signal('SIGKILL');
  /** How the command ended, when it has. @type {string | null} */
  exit = null;
  /** Aborted when the command has ended. */
  #gone = new AbortController();

  /**
   * @param {string[]} command
   * @param {{ log: string, env: NodeJS.ProcessEnv }} options
   */
  constructor(command, { log, env }) {
    this.#command = command;
    this.#log = log;
    this.#env = env;
    // A directory of this user's, so that nobody else can pretend to be the recorder.
    this.#socket =
      process.platform === 'win32'
        ? `\\\\.\\pipe\\heap-analyzer-${randomBytes(16).toString('hex')}`
        : path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-record-')), 'agent');
    this.#server = net.createServer((socket) => this.#welcome(socket));
  }

  async start() {
    await new Promise((resolve, reject) => {
      this.#server.on('error', (error) => reject(fromSystem(error, 'open a socket for the app')));
      this.#server.listen(this.#socket, () => resolve(undefined));
    });
    await this.#spawn();
  }

  #spawn() {
    const env = this.#env;
    const [program, ...args] = this.#command;
    const output = fs.openSync(this.#log, 'w', 0o600);
    const preload = `--require ${JSON.stringify(AGENT)}`;
    const child = spawn(program, args, {
      env: {
        ...env,
        NODE_OPTIONS: [env.NODE_OPTIONS, preload].filter(Boolean).join(' '),
        [SOCKET]: this.#socket,
      },
      stdio: ['ignore', output, output],
      // A group of its own: Ctrl-C is ours to handle, and its children end with it.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    fs.closeSync(output);
    this.#pid = child.pid ?? 0;
    process.on('exit', this.#kill);
    return new Promise((resolve, reject) => {
      child.on('spawn', () => resolve(undefined));
      child.on('error', (error) => reject(fromSystem(error, `start ${program}`)));
      child.on('exit', (code, signal) => {
        this.exit = signal === null ? `exit code ${code}` : signal;
        this.#gone.abort();
      });
    });
  }

  /** @param {net.Socket} socket */
  #welcome(socket) {
    /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
    const waiting = new Map();
    let asked = 0;
    /** @type {Agent | null} */
    let agent = null;
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const { hello, id, answer, error } = JSON.parse(line);
        if (hello) {
          const ask = (/** @type {string} */ what, more = {}) =>
            new Promise((resolve, reject) => {
              waiting.set(++asked, { resolve, reject });
              socket.write(`${JSON.stringify({ id: asked, ask: what, ...more })}\n`);
            });
          agent = { hello, ask };
          this.#agents.add(agent);
          continue;
        }
        const { resolve, reject } = waiting.get(id) ?? {};
        waiting.delete(id);
        if (error) reject?.(new HeapAnalyzerError(error.code, error.message));
        else resolve?.(answer);
      }
    });
    socket.on('error', () => {});
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (agent) this.#agents.delete(agent);
      for (const { reject } of waiting.values()) reject(this.#failure('the app ended meanwhile'));
    });
  }

  /**
   * Waits for the process that listens.
   * @param {{ port?: number, withinMs: number, signal: AbortSignal, onProgress: (fraction: number) => void }} wanted
   * @returns {Promise<{ agent: Agent, port: number, others: number }>} `others` listen there too: workers of a cluster
   */
  async listening({ port, withinMs, signal, onProgress }) {
    const started = Date.now();
    for (;;) {
      signal.throwIfAborted();
      const found = [];
      for (const agent of this.#agents) {
        const ports = await agent.ask('ports').catch(() => []);
        for (const open of ports) if (port === undefined || open === port) found.push({ agent, port: open });
      }
      // The first process of a cluster listens for its workers, and does nothing of their work.
      const workers = found.filter(({ agent }) => agent.hello.worker);
      const usable = workers.length > 0 ? workers : found;
      const ports = [...new Set(usable.map((it) => it.port))];
      if (ports.length > 1) {
        const list = ports.join(', ');
        throw new HeapAnalyzerError(
          'ERR_HEAP_USAGE',
          `the app listens on several ports (${list}): say by --url where the load shall go`,
        );
      }
      if (usable.length > 0) return { ...usable[0], others: usable.length - 1 };
      if (this.exit !== null) throw this.#failure(`the app ended (${this.exit}) before it listened`);
      if (Date.now() - started > withinMs) throw this.#failure(this.#silent(port, withinMs));
      onProgress((Date.now() - started) / withinMs);
      await sleep(POLL_MS);
    }
  }

  /** @param {number | undefined} port @param {number} withinMs */
  #silent(port, withinMs) {
    const seconds = withinMs / 1000;
    if (this.#agents.size === 0)
      return `no Node.js process was started by \`${this.#command.join(' ')}\` within ${seconds} s`;
    return `the app did not listen${port === undefined ? '' : ` on port ${port}`} within ${seconds} s`;
  }

  /** Rejects when the command has ended; for races. @param {AbortSignal} signal ends the wait */
  whenGone(signal) {
    return new Promise((_, reject) => {
      const fail = () => reject(this.#failure(`the app ended (${this.exit}) in the middle`));
      if (this.exit !== null) return fail();
      this.#gone.signal.addEventListener('abort', fail, { signal });
    });
  }

  /** @param {string} what */
  #failure(what) {
    const said = this.#said();
    const words =
      said === ''
        ? ' and wrote nothing'
        : `; it wrote ${JSON.stringify(said)}, and all of it is in ${this.#log}`;
    return new HeapAnalyzerError('ERR_HEAP_REMOTE', `${what}${words}`);
  }

  /** The line of its output that says what went wrong: that which names an error, else the last one. */
  #said() {
    let text = '';
    try {
      text = fs.readFileSync(this.#log, 'utf8').slice(-TAIL_BYTES);
    } catch {
      // Nothing was written.
    }
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const error = lines.find((line) => /^(?:\w+: )?\S*Error\b|\berror\b/i.test(line));
    return (error ?? lines[lines.length - 1] ?? '').trim().slice(0, LONGEST_LINE);
  }

  /** @param {NodeJS.Signals} signal */
  #signal(signal) {
    const pid = this.#pid;
    if (pid === 0) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal);
    } catch {
      // All of it has ended.
    }
  }

  /** Ends the app and everything it started. */
  async end() {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal('SIGTERM');
    const deadline = Date.now() + PATIENCE_MS;
    while ((this.exit === null || this.#agents.size > 0) && this.#pid !== 0 && Date.now() < deadline) {
      await sleep(20);
    }
    this.#signal('SIGKILL');
    process.off('exit', this.#kill);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    if (process.platform !== 'win32') fs.rmSync(path.dirname(this.#socket), { recursive: true, force: true });
  }
}

module.exports = { SpawnedApp };
