// A small emitter in the manner of eventemitter3: a listener is kept as an object, with its receiver. Tickers listen to
// prices for as long as the page is open, or longer.
'use strict';

const http = require('node:http');

class Listener {
  constructor(fn, context, once) {
    this.fn = fn;
    this.context = context;
    this.once = once;
  }
}

class Bus {
  constructor() {
    this._events = Object.create(null);
  }

  on(event, fn, context = this, once = false) {
    this._events[event] = [...(this._events[event] ?? []), new Listener(fn, context, once)];
  }

  off(event, fn, context = this) {
    this._events[event] = this._events[event].filter((one) => one.fn !== fn || one.context !== context);
  }

  emit(event, value) {
    for (const { fn, context, once } of this._events[event] ?? []) {
      if (once) this.off(event, fn, context);
      fn.call(context, value);
    }
  }
}

const bus = new Bus();

class Ticker {
  constructor(share) {
    this.share = share;
    this.prices = [];
    bus.on('price', this.take, this);
  }

  take(price) {
    this.prices[0] = price;
  }

  close() {
    this.prices = [];
  }
}

http
  .createServer((req, res) => {
    const ticker = new Ticker(req.url.slice(1));
    bus.emit('price', ticker.share.length * 1.5);
    res.end(`${ticker.share} is at ${ticker.prices[0]}`);
    ticker.close();
  })
  .listen(process.env.PORT);
