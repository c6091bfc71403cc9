// A worker that answers by number; the table of open questions is empty between requests.
'use strict';

const http = require('node:http');
const { Worker } = require('node:worker_threads');

const worker = new Worker(
  `const { parentPort } = require('node:worker_threads');
   parentPort.on('message', ({ id, text }) => parentPort.postMessage({ id, text: text.toUpperCase() }));`,
  { eval: true },
);
const open = new Map();
let id = 0;

worker.on('message', ({ id: answered, text }) => {
  open.get(answered).resolve(text);
  open.delete(answered);
});

const shout = (text) =>
  new Promise((resolve) => {
    open.set(++id, { resolve, text, since: Date.now() });
    worker.postMessage({ id, text });
  });

http.createServer(async (req, res) => res.end(await shout(req.url))).listen(process.env.PORT);
