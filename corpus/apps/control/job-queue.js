// A job queue that works off as much as comes in; there are always sixty jobs in it.
'use strict';

const http = require('node:http');

class Job {
  constructor(number, text) {
    this.number = number;
    this.text = text;
    this.steps = ['check', 'pack', 'send'].map((step) => ({ step, number, done: false }));
  }

  run() {
    for (const step of this.steps) step.done = true;
    return this.number;
  }
}

const queue = [];
let number = 0;
let finished = 0;

const server = http.createServer((req, res) => {
  queue.push(new Job(++number, `job of ${req.url}`));
  while (queue.length > 60) {
    queue.shift().run();
    finished += 1;
  }
  res.end(`${finished} finished, ${queue.length} waiting`);
});

server.listen(process.env.PORT);
