// A page that says who was here last.
'use strict';

const http = require('node:http');

const { note, recent: visits } = require('./visit-log');

http
  .createServer((req, res) => {
    const before = visits.at(-1);
    note(req.url, req.headers['user-agent'] ?? 'unknown');
    res.end(before ? `before you: ${before.path}` : 'you are the first');
  })
  .listen(process.env.PORT);
