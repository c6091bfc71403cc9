// Everything belongs to its request: listeners with a signal, a timer that is cleared, metadata in a WeakMap.
'use strict';

const http = require('node:http');
const { EventEmitter, once } = require('node:events');

const prices = new EventEmitter();
const notes = new WeakMap();

const timer = setInterval(() => prices.emit('price', Date.now()), 1);
timer.unref();

http
  .createServer(async (req, res) => {
    const gone = new AbortController();
    notes.set(req, { url: req.url, receivedAt: new Date(), parts: req.url.split('/') });
    const deadline = setTimeout(() => gone.abort(), 5000);
    try {
      const [price] = await once(prices, 'price', { signal: gone.signal });
      res.end(JSON.stringify({ price, parts: notes.get(req).parts }));
    } catch {
      res.writeHead(204).end();
    } finally {
      clearTimeout(deadline);
    }
  })
  .listen(process.env.PORT);
