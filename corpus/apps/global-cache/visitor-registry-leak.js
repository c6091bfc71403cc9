// Counts unique visitors. The registry hides its set behind a private field.
'use strict';

const { createServer } = require('node:http');
const { createHash } = require('node:crypto');

class VisitorRegistry {
  #seen = new Set();
  #startedAt = Date.now();

  visit(address, agent) {
    const id = createHash('sha256').update(`${address}|${agent}`).digest('hex').repeat(4);
    const isNew = !this.#seen.has(id);
    this.#seen.add(id);
    return isNew;
  }

  get summary() {
    return { unique: this.#seen.size, since: this.#startedAt };
  }
}

const registry = new VisitorRegistry();

const server = createServer((req, res) => {
  const fresh = registry.visit(
    req.headers['x-forwarded-for'] ?? '127.0.0.1',
    req.headers['user-agent'] ?? '',
  );
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify({ fresh, ...registry.summary }));
});
server.listen(Number(process.env.PORT));
