// A text editor's backend with undo: each revision points at the one before it, and all of them are reachable.
'use strict';

const http = require('node:http');

let newest = null;
let depth = 0;

function commit(author, text) {
  newest = { author, text, savedAt: Date.now(), words: text.split(' '), next: newest };
  depth += 1;
  return newest;
}

function undo() {
  if (!newest) return null;
  const dropped = newest;
  newest = newest.next;
  depth -= 1;
  return dropped;
}

http
  .createServer((req, res) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      if (req.method === 'PUT') commit(req.headers['x-author'] || 'nobody', body);
      if (req.method === 'DELETE') undo();
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ depth, author: newest && newest.author }));
    });
  })
  .listen(process.env.PORT || 3000);
