// Leases that are given back when their owner is collected. What is to be given back is the owner itself.
'use strict';

const http = require('node:http');

class Lease {
  constructor(owner, rooms) {
    this.owner = owner;
    this.rooms = rooms;
    this.terms = { weeks: 2, text: `lease of ${rooms.length} rooms by ${owner}` };
  }
}

let returned = 0;
const registry = new FinalizationRegistry(({ lease }) => {
  returned += lease.rooms.length;
});

function rent(owner) {
  const lease = new Lease(owner, [`${owner}-kitchen`, `${owner}-bath`]);
  registry.register(lease, { lease });
  return lease.terms;
}

http
  .createServer((req, res) => {
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ ...rent(req.url.slice(1)), returned }));
  })
  .listen(process.env.PORT);
