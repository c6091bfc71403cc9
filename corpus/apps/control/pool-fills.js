// A pool of parsers (generic-pool) that grows to its limit under load and then stays there.
'use strict';

const http = require('node:http');
const genericPool = require('generic-pool');

class Parser {
  constructor() {
    this.tables = Array.from({ length: 20 }, (_, state) => ({ state, next: [state + 1, state + 2] }));
  }

  async parse(text) {
    await new Promise((resolve) => setImmediate(resolve));
    return text.split('/').length;
  }
}

const parsers = genericPool.createPool(
  { create: async () => new Parser(), destroy: async () => {} },
  { max: 25, min: 1 },
);

http
  .createServer(async (req, res) => {
    const width = 1 + (Number(req.url.split('/')[1]) % 30);
    const texts = Array.from({ length: width }, (_, k) => `${req.url}/${k}`);
    const lengths = await Promise.all(texts.map((text) => parsers.use((parser) => parser.parse(text))));
    res.end(String(lengths.length));
  })
  .listen(process.env.PORT);
