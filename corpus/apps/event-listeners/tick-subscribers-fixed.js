// Prices that are broadcast by one ticker. One function is subscribed, once.
'use strict';

const http = require('node:http');
const EventEmitter = require('node:events');

class Ticker extends EventEmitter {
  constructor() {
    super();
    this.setMaxListeners(0);
    this.price = 100;
  }

  move(by) {
    this.price += by;
    this.emit('price', this.price);
  }
}

const ticker = new Ticker();
const latest = { price: 100, updates: 0 };

function remember(price) {
  latest.price = price;
  latest.updates += 1;
}

ticker.on('price', remember);

const server = http.createServer((req, res) => {
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify(latest));
});

server.listen(process.env.PORT, () => ticker.move(1));
