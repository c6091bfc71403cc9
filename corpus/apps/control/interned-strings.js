// Codes are interned in a table: there are 260 of them, and all are known before long.
'use strict';

const { createServer } = require('node:http');

const table = new Map();

function intern(text) {
  const known = table.get(text);
  if (known !== undefined) return known;
  table.set(text, text);
  return text;
}

createServer((req, res) => {
  const codes = req.url.slice(1).split(',').map(intern);
  res.end(JSON.stringify({ codes: codes.length, known: table.size }));
}).listen(process.env.PORT);
