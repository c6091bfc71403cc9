// Imports that can be undone. The last ten steps are kept, and they keep two numbers each.
'use strict';

const http = require('node:http');

const undoSteps = [];
const people = new Map();

function undoOf({ rows }) {
  return () => {
    people.clear();
    return rows;
  };
}

function importPeople(upload) {
  const rows = upload.split('\n').map((line) => line.split(','));
  const summary = { rows: rows.length, bytes: upload.length };
  const describe = () => `${rows.length} rows, first ${rows[0].join(' ')}`;
  for (const [id, name] of rows) people.set(Number(id) % 50, name);
  undoSteps.push(undoOf(summary));
  if (undoSteps.length > 10) undoSteps.shift();
  return describe();
}

const server = http.createServer((req, res) => {
  if (req.method === 'DELETE') {
    const undo = undoSteps.pop();
    res.end(undo ? `${undo()} rows undone` : 'nothing to undo');
    return;
  }
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => res.end(importPeople(Buffer.concat(chunks).toString())));
});

server.listen(process.env.PORT);
