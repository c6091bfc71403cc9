// Pictures are resized in a worker. For every job a listener is added to it, and removed after it.
'use strict';

const http = require('node:http');
const { Worker } = require('node:worker_threads');

const code = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ id, width }) => parentPort.postMessage({ id, width: Math.min(width, 640) }));
`;
const worker = new Worker(code, { eval: true });
worker.setMaxListeners(0);

let jobs = 0;

function resize(width) {
  const id = ++jobs;
  return new Promise((resolve) => {
    const job = { id, width, tags: ['thumbnail', `job-${id}`], startedAt: new Date() };
    const onMessage = (answer) => {
      if (answer.id !== id) return;
      worker.off('message', onMessage);
      resolve({ ...job, width: answer.width });
    };
    worker.on('message', onMessage);
    worker.postMessage({ id, width });
  });
}

http
  .createServer(async (req, res) => {
    const job = await resize(Number(req.url.slice(1)));
    res.end(JSON.stringify(job));
  })
  .listen(process.env.PORT);
