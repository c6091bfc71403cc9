// At most three exports at a time; who comes later waits in line. A client whose patience ends is told to come back and
// leaves the line.
'use strict';

const { createServer } = require('node:http');

const waiting = [];
// The three exports of the night are under way and take hours.
let free = 0;

function enter(patience) {
  if (free > 0) {
    free -= 1;
    return Promise.resolve(true);
  }
  return new Promise((resolve) => {
    waiting.push(resolve);
    setTimeout(() => {
      const place = waiting.indexOf(resolve);
      if (place >= 0) waiting.splice(place, 1);
      resolve(false);
    }, patience);
  });
}

function leave() {
  const next = waiting.shift();
  if (next) next(true);
  else free += 1;
}

createServer(async (req, res) => {
  const entered = await enter(1);
  if (!entered) return res.writeHead(429, { 'retry-after': '60' }).end();
  leave();
  return res.end(`exported ${req.url}`);
}).listen(process.env.PORT);
