// The last fifty searches, in a Map from which the oldest is dropped.
'use strict';

const { createServer } = require('node:http');

const recent = new Map();
const LIMIT = 50;

function remember(query, hits) {
  recent.delete(query);
  recent.set(query, { query, hits, at: Date.now() });
  while (recent.size > LIMIT) recent.delete(recent.keys().next().value);
}

createServer((req, res) => {
  const query = new URL(req.url, 'http://search').searchParams.get('q') ?? '';
  const hits = Array.from({ length: 6 }, (_, k) => ({ rank: k, title: `${query} ${k}` }));
  remember(query, hits);
  res.end(JSON.stringify({ hits, recent: recent.size }));
}).listen(process.env.PORT);
