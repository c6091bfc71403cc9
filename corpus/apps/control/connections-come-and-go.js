// Connects to a printer for every order and hangs up: sockets come and go, some are on their way out.
const express = require('express');
const net = require('node:net');

const app = express();
const connected = new Set();

app.post('/orders/:id', (req, res, next) => {
  const socket = net.connect({ host: '127.0.0.1', port: Number(process.env.SINK_PORT) });
  connected.add(socket);
  socket.once('data', () => {
    socket.end(`order ${req.params.id}\n`);
    res.json({ id: req.params.id, open: connected.size });
  });
  socket.on('error', next);
  socket.on('close', () => connected.delete(socket));
});

app.listen(process.env.PORT);
