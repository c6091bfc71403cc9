// Usage statistics of eight tenants. Each tenant's own list is small, together they are the leak.
'use strict';

const http = require('node:http');

class TenantStats {
  constructor(name) {
    this.name = name;
    this.requests = [];
    this.slowest = 0;
  }

  add(path, milliseconds) {
    this.requests.push({ path, milliseconds, day: new Date().getDay(), label: `${this.name} ${path}` });
    this.slowest = Math.max(this.slowest, milliseconds);
  }
}

const tenants = Object.fromEntries(
  ['acme', 'globex', 'initech', 'umbrella', 'hooli', 'stark', 'wayne', 'tyrell'].map((name) => [
    name,
    new TenantStats(name),
  ]),
);
const names = Object.keys(tenants);

http
  .createServer((req, res) => {
    const started = performance.now();
    const stats = tenants[names[Number(req.url.split('/')[1]) % names.length]];
    stats.add(req.url, performance.now() - started);
    res.end(`${stats.name}: ${stats.requests.length}\n`);
  })
  .listen(process.env.PORT);
