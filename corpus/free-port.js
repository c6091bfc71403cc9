// @ts-check
// A port for a server that cannot be asked afterwards which one it took.
'use strict';

const net = require('node:net');

const { listen } = require('./upstream');

/** A loopback port that nobody listens on just now. @returns {Promise<number>} */
async function freePort() {
  const server = net.createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

module.exports = { freePort };
