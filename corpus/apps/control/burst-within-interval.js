// Bulk mails: recipients pile up in bursts and are sent out in batches, several times in each interval.
'use strict';

const { createServer } = require('node:http');

const outbox = [];
const sent = { batches: 0, mails: 0 };

function flush() {
  const batch = outbox.splice(0, outbox.length);
  sent.batches += 1;
  sent.mails += batch.length;
}

createServer((req, res) => {
  outbox.push({
    to: `${req.url.slice(1)}@example.org`,
    body: `Dear ${req.url}`.repeat(10),
    headers: { ...req.headers },
  });
  if (outbox.length >= 64) flush();
  res.end(JSON.stringify({ waiting: outbox.length, ...sent }));
}).listen(process.env.PORT);
