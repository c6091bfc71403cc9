// Chat by long polling. Who waits is in a list of resolve functions; who gives up stays in it.
'use strict';

const { createServer } = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');

const waiters = [];

function nextMessage(room) {
  return new Promise((resolve) => {
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
  const message = await Promise.race([nextMessage(room), sleep(2, null)]);
  res.statusCode = message ? 200 : 204;
  return res.end(message ? JSON.stringify(message) : undefined);
}).listen(process.env.PORT);
