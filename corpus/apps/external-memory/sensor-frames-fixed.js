// Sensor readings as typed arrays; the recorder keeps the last thirty frames.
'use strict';

const { createServer } = require('node:http');

class Recorder {
  #frames = [];
  #sum = 0;

  record(seed) {
    const frame = new Float64Array(512).map((_, k) => Math.sin(seed + k));
    this.#frames.push(frame);
    if (this.#frames.length > 30) this.#frames.shift();
    this.#sum += frame[0];
    return frame.byteLength;
  }

  get average() {
    return this.#sum / this.#frames.length;
  }
}

const recorder = new Recorder();

createServer((req, res) => {
  const bytes = recorder.record(Number(req.url.slice(1)));
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify({ bytes, average: recorder.average }));
}).listen(process.env.PORT);
