// @ts-check
// The service behind the apps: some of them call another one, and what they leave open there must not stand in their
// own heap twice. HTTP on one port; a TCP sink, which accepts, greets and keeps quiet, on another.
'use strict';

const http = require('node:http');
const net = require('node:net');

/** @typedef {{ httpPort: number, tcpPort: number, close: () => void }} Upstream */

/** @returns {Promise<Upstream>} */
async function startUpstream() {
  /** @type {Set<net.Socket>} */
  const sockets = new Set();
  const web = http.createServer((request, response) => {
    // Asked for something that never comes, as a hanging backend does.
    if (request.url === '/hang') return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ path: request.url, stock: 7, carrier: 'slow boat' }));
  });
  web.timeout = 0;
  web.keepAliveTimeout = 120_000;
  const sink = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.resume();
    socket.write('220 ready\r\n');
  });
  for (const server of [web, sink]) {
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
  }
  return {
    httpPort: await listen(web),
    tcpPort: await listen(sink),
    close() {
      web.close();
      sink.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** @param {net.Server} server @returns {Promise<number>} */
function listen(server) {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve(/** @type {net.AddressInfo} */ (server.address()).port);
    });
  });
}

module.exports = { startUpstream, listen };
