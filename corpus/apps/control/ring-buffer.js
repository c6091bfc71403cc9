// The last 128 requests in a ring, and a sample of response times in a typed array.
'use strict';

const { createServer } = require('node:http');

class Ring {
  #slots;
  #next = 0;

  constructor(size) {
    this.#slots = Array.from({ length: size }, () => null);
  }

  push(value) {
    this.#slots[this.#next % this.#slots.length] = value;
    this.#next += 1;
  }

  get filled() {
    return Math.min(this.#next, this.#slots.length);
  }
}

const requests = new Ring(128);
const times = new Float64Array(256);
let count = 0;

createServer((req, res) => {
  const started = performance.now();
  requests.push({ url: req.url, headers: { ...req.headers }, at: new Date() });
  times[count++ % times.length] = performance.now() - started;
  res.end(`${requests.filled} of ${count}`);
}).listen(process.env.PORT);
