// Product pages in an LRU cache that is full long before anyone looks.
const express = require('express');
const LRU = require('lru-cache');

const app = express();
const pages = new LRU({ max: 60 });

app.get('/products/:id', (req, res) => {
  const { id } = req.params;
  let page = pages.get(id);
  if (!page) {
    page = {
      id,
      html: `<h1>Product ${id}</h1>`.repeat(10),
      related: [1, 2, 3].map((n) => ({ id: `${id}-${n}` })),
    };
    pages.set(id, page);
  }
  res.type('html').send(page.html);
});

app.listen(process.env.PORT);
