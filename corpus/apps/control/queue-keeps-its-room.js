// A queue of numbers with ever longer bursts. After each it is empty; what stays is the room it once needed.
'use strict';

const http = require('node:http');

const queue = [];
let bursts = 0;
let sum = 0;

http
  .createServer((req, res) => {
    bursts += 1;
    for (let k = 0; k < bursts * 3; k++) queue.push(k);
    while (queue.length > 0) sum += queue.pop();
    res.end(`${sum} after ${bursts} bursts`);
  })
  .listen(process.env.PORT);
