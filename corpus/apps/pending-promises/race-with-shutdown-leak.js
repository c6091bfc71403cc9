// Every request races against the shutdown of the server, and the shutdown remembers them all.
'use strict';

const http = require('node:http');

let stop;
const stopping = new Promise((resolve) => {
  stop = resolve;
});

async function work(url) {
  await new Promise((resolve) => setImmediate(resolve));
  return { url, words: Array.from({ length: 12 }, (_, k) => `${url}#${k}`) };
}

const server = http.createServer(async (req, res) => {
  const result = await Promise.race([work(req.url), stopping]);
  if (!result) {
    res.writeHead(503).end('going down');
    return;
  }
  res.writeHead(200, { 'content-type': 'application/json' });
  res.end(JSON.stringify(result));
});

process.once('SIGTERM', () => {
  stop();
  server.close();
});

server.listen(process.env.PORT);
