// Asks a backend that hangs, over an agent with four sockets. Who gives up takes the question back.
'use strict';

const http = require('node:http');

const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

function recommendations(user, callback) {
  const headers = { 'x-user': user, accept: 'application/json' };
  const request = http.get({
    agent,
    host: '127.0.0.1',
    port: process.env.UPSTREAM_PORT,
    path: '/hang',
    headers,
  });
  const timeout = setTimeout(() => {
    request.destroy();
    callback(null, []);
  }, 2);
  request.on('response', (response) => {
    clearTimeout(timeout);
    callback(null, [response.statusCode]);
  });
  request.on('error', () => {});
}

const server = http.createServer((req, res) => {
  recommendations(req.url.slice(1), (error, list) => {
    if (res.writableEnded) return;
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(list));
  });
});

server.listen(process.env.PORT);
