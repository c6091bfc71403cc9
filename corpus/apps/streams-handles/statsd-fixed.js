// Counts requests over UDP. One socket does for all packets.
'use strict';

const { createServer } = require('node:http');
const dgram = require('node:dgram');

const port = 8125;

const socket = dgram.createSocket('udp4');
socket.on('error', () => {});

function count(name, value = 1) {
  const packet = Buffer.from(`web.${name}:${value}|c`);
  socket.send(packet, 0, packet.length, port, '127.0.0.1');
}

const pages = new Map([
  ['/', 'welcome'],
  ['/about', 'about us'],
]);

createServer((req, res) => {
  const page = pages.get(req.url.split('?')[0]);
  count(page ? 'hit' : 'miss');
  res.statusCode = page ? 200 : 404;
  res.end(page ?? 'not here');
}).listen(process.env.PORT);
