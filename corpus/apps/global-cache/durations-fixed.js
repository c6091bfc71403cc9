// Measures the steps of every request for a percentile page. The latest thousand are kept.
'use strict';

const http = require('node:http');

const STEPS = 52;
const KEPT = 1000;

class Latency {
  constructor() {
    this.durations = [];
  }

  measure(work) {
    const start = performance.now();
    const result = work();
    this.durations.push(performance.now() - start);
    if (this.durations.length > KEPT) this.durations.splice(0, KEPT / 4);
    return result;
  }

  percentile(share) {
    const sorted = Float64Array.from(this.durations).sort();
    return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  }
}

const latency = new Latency();

http
  .createServer((req, res) => {
    let sum = 0;
    for (let step = 0; step < STEPS; step++) sum += latency.measure(() => req.url.length * step);
    if (req.url === '/percentile') sum = latency.percentile(0.99);
    res.end(String(sum));
  })
  .listen(process.env.PORT);
