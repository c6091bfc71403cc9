// @ts-check
'use strict';

/**
 * Runs the demo's shop as a process of its own and takes snapshots of itself when the demo asks over IPC: the
 * way in which any service can offer it.
 */

const { takeHeapSnapshot } = require('../../index.js');
const { createServer } = require('./app');

/** @param {object} message */
const tell = (message) => process.send?.(message);

process.on('message', async (/** @type {any} */ { path }) => {
  try {
    tell({ type: 'snapshot', answer: await takeHeapSnapshot(path) });
  } catch (error) {
    const { code, message } = /** @type {any} */ (error);
    tell({ type: 'failed', code, message });
  }
});

// The demo is gone, however it ended: nobody needs this shop any more.
process.on('disconnect', () => process.exit());

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  tell({ type: 'ready', port: address.port });
});
