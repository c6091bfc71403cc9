// @ts-check
'use strict';

/**
 * Servers for tests of the endpoint: every framework we promise with the endpoint mounted below `/debug/heap` and a
 * route of the app's own beside it, and a client that sends exactly what it is told to.
 */

const http = require('node:http');
const net = require('node:net');
const { createRequire } = require('node:module');
const path = require('node:path');
const { fastifyPlugin, heapSnapshotHandler, koaMiddleware } = require('../..');

const framework = createRequire(path.join(__dirname, '..', 'frameworks', 'package.json'));

const MOUNT = '/debug/heap';
const TOKEN = '0123456789abcdef0123456789abcdef';

/**
 * @typedef {{ url: string, port: number, close: () => Promise<void> }} Running
 */

/**
 * @param {http.Server} server
 * @param {string} [host]
 * @returns {Promise<Running>}
 */
async function listening(server, host = '127.0.0.1') {
  await new Promise((resolve) => server.listen(0, host, () => resolve(undefined)));
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, port, close };
}

/** @param {string} name */
const express = (name) => async (/** @type {object} */ options) => {
  const app = framework(name)();
  app.use(MOUNT, heapSnapshotHandler(options));
  app.get('/app', (/** @type {any} */ _request, /** @type {any} */ response) => response.send('the app'));
  return listening(http.createServer(app));
};

/** @param {string} name */
const fastify = (name) => async (/** @type {object} */ options) => {
  const app = framework(name)();
  app.register(fastifyPlugin, { prefix: MOUNT, ...options });
  app.get('/app', async () => 'the app');
  await app.ready();
  const running = await listening(app.server);
  const close = async () => {
    // On Node 18 Fastify waits for connections that fetch() keeps open.
    app.server.closeAllConnections();
    await app.close();
  };
  return { ...running, close };
};

/** @type {Record<string, (options: object) => Promise<Running>>} */
const servers = {
  'Express 4': express('express4'),
  'Express 5': express('express5'),
  'Fastify 4': fastify('fastify4'),
  'Fastify 5': fastify('fastify'),
  Koa: async (options) => {
    const Koa = framework('koa');
    const app = new Koa();
    app.use(koaMiddleware({ mount: MOUNT, ...options }));
    app.use((/** @type {any} */ context) => void (context.body = 'the app'));
    return listening(http.createServer(app.callback()));
  },
  'Koa with koa-mount': async (options) => {
    const Koa = framework('koa');
    const app = new Koa();
    app.use(framework('koa-mount')(MOUNT, koaMiddleware(options)));
    app.use((/** @type {any} */ context) => void (context.body = 'the app'));
    return listening(http.createServer(app.callback()));
  },
  'plain http': async (options) => {
    const heap = heapSnapshotHandler({ mount: MOUNT, ...options });
    return listening(
      http.createServer((request, response) => heap(request, response, () => response.end('the app'))),
    );
  },
};

/**
 * Sends lines as they are and gives all that comes back: fetch() would mend what these tests are about.
 * @param {number} port
 * @param {string[]} lines of the head
 * @param {string} [address]
 * @returns {Promise<{ status: number, head: string, body: string }>}
 */
function sendRaw(port, lines, address = '127.0.0.1') {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, address);
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => (text += chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head, ...body] = text.split('\r\n\r\n');
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), head, body: body.join('\r\n\r\n') });
    });
    socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  });
}

/** @param {object} [headers] */
const authorized = (headers) => ({ headers: { authorization: `Bearer ${TOKEN}`, ...headers } });

module.exports = { framework, servers, listening, sendRaw, authorized, MOUNT, TOKEN };
