// Every request asks whether the server is going down, before and after its work.
'use strict';

const http = require('node:http');

let stopped = false;

async function work(url) {
  await new Promise((resolve) => setImmediate(resolve));
  return { url, words: Array.from({ length: 12 }, (_, k) => `${url}#${k}`) };
}

const server = http.createServer(async (req, res) => {
  const result = stopped ? null : await work(req.url);
  if (!result || stopped) {
    res.writeHead(503).end('going down');
    return;
  }
  res.writeHead(200, { 'content-type': 'application/json' });
  res.end(JSON.stringify(result));
});

process.once('SIGTERM', () => {
  stopped = true;
  server.close();
});

server.listen(process.env.PORT);
