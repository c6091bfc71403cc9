// A journal of small uploads, as bytes: each upload is put behind what is there, in a new buffer.
'use strict';

const http = require('node:http');

let journal = Buffer.alloc(0);

function append(chunks) {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  journal = Buffer.concat([journal, length, ...chunks]);
  return journal.length;
}

http
  .createServer((req, res) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => res.end(`${append(chunks)} bytes of journal`));
  })
  .listen(process.env.PORT);
