// A product API with a proper cache for the big things, and a short list of small things next to it.
const express = require('express');
const LRU = require('lru-cache');

const app = express();
const products = new LRU({ max: 150 });
const seenClients = [];

function load(id) {
  const text = `Product ${id} `.repeat(8);
  return {
    id,
    text,
    variants: Array.from({ length: 12 }, (_, n) => ({ sku: `${id}-${n}`, price: n * 9.99, text: text + n })),
  };
}

app.use((req, res, next) => {
  seenClients.push({ agent: req.get('user-agent'), at: Date.now(), path: req.path, query: { ...req.query } });
  if (seenClients.length > 60) seenClients.splice(0, 20);
  next();
});

app.get('/products/:id', (req, res) => {
  const { id } = req.params;
  const product = products.get(id) ?? load(id);
  products.set(id, product);
  res.json({ id, variants: product.variants.length });
});

app.listen(process.env.PORT);
