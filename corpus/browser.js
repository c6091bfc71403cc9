// @ts-check
/**
 * A page in a real browser, for the pattern that only browsers have: detached DOM nodes. The page and its messages are
 * served over HTTP by this process; Debian's Chromium, without a window, is driven over the DevTools protocol.
 */
'use strict';

const { spawn, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');

const { WebSocket } = require('ws');

const NOT_INSTALLED = 'Chromium is not installed: apt-get install chromium';
const PAGES = path.join(__dirname, 'pages');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };
/** Rows on the page at a time, and refreshes before each snapshot. */
const ROWS = 20;
const ROUNDS = 25;

/** @returns {string | null} path of the browser */
function findChromium() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      continue;
    }
  }
  return null;
}

/** Pages of a pattern, and messages that are others with each request. */
function serve() {
  let asked = 0;
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/messages') {
      asked++;
      const messages = Array.from({ length: ROWS }, (_, i) => ({
        author: `user ${i}`,
        text: `news ${asked}`,
      }));
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify(messages));
    }
    const file = path.join(PAGES, path.normalize(pathname));
    const type = TYPES[/** @type {keyof typeof TYPES} */ (path.extname(file))];
    if (!type || !fs.existsSync(file)) return response.writeHead(404).end();
    response.setHeader('content-type', type);
    return fs.createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/**
 * Starts a browser of its own.
 * @param {string} chromium
 * @param {string} profile a directory
 * @returns {Promise<{ child: import('node:child_process').ChildProcess, port: number }>}
 */
function start(chromium, profile) {
  const child = spawn(
    chromium,
    [
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
      ...['--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    ],
    // A group of its own: a browser is many processes, and all of them have to end.
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  return new Promise((resolve, reject) => {
    let said = '';
    const tooLong = setTimeout(() => reject(new Error(`Chromium does not start: ${said}`)), 60_000);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`Chromium ended with ${code}: ${said}`)));
    child.stderr?.on('data', (chunk) => {
      said += chunk;
      const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(said)?.[1];
      if (port === undefined) return;
      clearTimeout(tooLong);
      resolve({ child, port: Number(port) });
    });
  });
}

/** A page's side of the DevTools protocol. */
class Page {
  /** @param {WebSocket} socket */
  constructor(socket) {
    this.socket = socket;
    this.last = 0;
    /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
    this.waiting = new Map();
    /** @type {(chunk: string) => void} */
    this.onChunk = () => {};
    socket.on('message', (data) => {
      const { id, result, error, method, params } = JSON.parse(String(data));
      if (method === 'HeapProfiler.addHeapSnapshotChunk') this.onChunk(params.chunk);
      const caller = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) caller?.reject(new Error(error.message));
      else caller?.resolve(result);
    });
  }

  /** @param {number} port @returns {Promise<Page>} */
  static async open(port) {
    const targets = /** @type {any[]} */ (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json());
    const target = targets.find(({ type }) => type === 'page');
    const socket = new WebSocket(target.webSocketDebuggerUrl, { maxPayload: 1 << 30 });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new Page(socket);
  }

  /**
   * @param {string} method
   * @param {object} [params]
   * @returns {Promise<any>}
   */
  send(method, params = {}) {
    const id = ++this.last;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  /** @param {string} expression */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** @param {string} url */
  async visit(url) {
    await this.send('Page.navigate', { url });
    for (let i = 0; i < 200; i++) {
      if (await this.evaluate("document.readyState === 'complete' && typeof refresh === 'function'")) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${url} does not load`);
  }

  /** @param {string} file */
  async snapshot(file) {
    const out = fs.openSync(file, 'wx', 0o600);
    try {
      this.onChunk = (chunk) => fs.writeSync(out, chunk);
      await this.send('HeapProfiler.collectGarbage');
      await this.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    } finally {
      this.onChunk = () => {};
      fs.closeSync(out);
    }
  }
}

/**
 * Three snapshots of a page under load: before the first refreshes, and after each of two times as many.
 * @param {string} page below corpus/pages
 * @param {string} directory where the snapshots go
 * @param {string[]} [names] of other snapshots than those three
 * @returns {Promise<string[]>}
 */
async function snapshotsOfPage(page, directory, names = ['baseline', 'target', 'final']) {
  const chromium = findChromium();
  if (chromium === null) throw new Error(NOT_INSTALLED);
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-browser-'));
  const server = await serve();
  const { child, port } = await start(chromium, profile);
  try {
    const tab = await Page.open(port);
    await tab.visit(`http://127.0.0.1:${server.address().port}/${page}`);
    const files = [];
    for (const name of names) {
      for (let i = 0; i < ROUNDS; i++) await tab.evaluate('refresh()');
      const file = path.join(directory, `${path.basename(page, '.html')}-${name}.heapsnapshot`);
      await tab.snapshot(file);
      files.push(file);
    }
    tab.socket.close();
    return files;
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-Number(child.pid), 'SIGKILL');
    await ended;
    server.closeAllConnections();
    server.close();
    fs.rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

module.exports = { findChromium, snapshotsOfPage, NOT_INSTALLED, ROUNDS, ROWS };
