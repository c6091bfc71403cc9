// A cache of weak references. The documents go when nobody needs them, and their entries with them.
const { createServer } = require('node:http');

const cache = new Map();

class Document {
  constructor(id) {
    this.id = id;
    this.paragraphs = Array.from({ length: 5 }, (_, k) => `paragraph ${k} of ${id}`);
  }
}

const collected = new FinalizationRegistry((id) => {
  if (!cache.get(id)?.deref()) cache.delete(id);
});

function load(id) {
  const cached = cache.get(id)?.deref();
  if (cached) return cached;
  const document = new Document(id);
  cache.set(id, new WeakRef(document));
  collected.register(document, id);
  return document;
}

createServer((req, res) => {
  const document = load(req.url);
  res.end(document.paragraphs.join('\n'));
}).listen(process.env.PORT);
