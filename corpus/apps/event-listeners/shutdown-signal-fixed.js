// Long polling that stops with the server: every request listens to one AbortSignal while it lasts.
'use strict';

const { createServer } = require('node:http');
const { setMaxListeners } = require('node:events');

const shutdown = new AbortController();
setMaxListeners(0, shutdown.signal);

async function poll(topic, { signal }) {
  const state = { topic, messages: [`welcome to ${topic}`], filters: ['all', topic, `${topic}/urgent`] };
  const onAbort = () => {
    state.messages.push('the server is going down');
  };
  signal.addEventListener('abort', onAbort);
  await new Promise((resolve) => setImmediate(resolve));
  signal.removeEventListener('abort', onAbort);
  return state.messages;
}

createServer(async (req, res) => {
  try {
    const messages = await poll(req.url.slice(1), { signal: shutdown.signal });
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ messages }));
  } catch {
    res.writeHead(400).end();
  }
}).listen(process.env.PORT);

process.on('SIGTERM', () => shutdown.abort());
