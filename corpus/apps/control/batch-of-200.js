// Events are sent on in batches of two hundred. The load is no multiple of that: 50, 100 and 150 are left at the
// snapshots, none of them one of those before.
'use strict';

const http = require('node:http');

const batch = [];
let sent = 0;

function flush() {
  sent += batch.length;
  batch.length = 0;
}

http
  .createServer((req, res) => {
    batch.push({ url: req.url, parts: req.url.split('-'), at: new Date() });
    if (batch.length >= 200) flush();
    res.end(`${sent} sent, ${batch.length} to go`);
  })
  .listen(process.env.PORT);
