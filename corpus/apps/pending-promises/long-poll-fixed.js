// Chat by long polling. Who waits is in a list of resolve functions; who gives up leaves it.
'use strict';

const { createServer } = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');

const waiters = [];

function nextMessage(room, signal) {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      const place = waiters.findIndex((waiter) => waiter.resolve === resolve);
      if (place >= 0) waiters.splice(place, 1);
    });
    waiters.push({ resolve, room, since: Date.now(), filter: { room, kinds: ['text', 'image'], mute: [] } });
  });
}

function publish(room, text) {
  for (let k = waiters.length - 1; k >= 0; k--) {
    if (waiters[k].room === room) waiters.splice(k, 1)[0].resolve({ room, text });
  }
}

createServer(async (req, res) => {
  const room = req.url.split('/')[2];
  if (req.method === 'POST') {
    publish(room, 'ping');
    return res.end();
  }
  const gone = new AbortController();
  const message = await Promise.race([nextMessage(room, gone.signal), sleep(2, null)]);
  gone.abort();
  res.statusCode = message ? 200 : 204;
  return res.end(message ? JSON.stringify(message) : undefined);
}).listen(process.env.PORT);
