// Sends each order to a line printer over TCP. The connection is opened for the order and then forgotten.
'use strict';

const http = require('node:http');
const net = require('node:net');

function print(order, done) {
  const socket = net.connect({ host: '127.0.0.1', port: Number(process.env.SINK_PORT) });
  let greeted = false;
  socket.on('data', () => {
    if (greeted) return;
    greeted = true;
    socket.write(`order ${order.id}: ${order.text}\n`, () => done(null));
  });
  socket.on('error', done);
}

http
  .createServer((req, res) => {
    const order = { id: req.url.slice(1), text: 'one of everything', at: Date.now() };
    print(order, (error) => {
      res.statusCode = error ? 502 : 202;
      res.end(error ? error.message : 'printing');
    });
  })
  .listen(process.env.PORT);
