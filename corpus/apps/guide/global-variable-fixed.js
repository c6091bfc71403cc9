// The guide's pattern 1, "Global Variable Accumulation", with its solution: `lru-cache` with a limit.
const express = require('express');

const app = express();

function expensiveComputation(id) {
  return {
    id,
    series: Array.from({ length: 12 }, (_, k) => ({
      k,
      value: Math.sqrt(k + id.length),
      label: `${id}/${k}`,
    })),
  };
}

// Use LRU cache with size limits
const LRU = require('lru-cache');
const cache = new LRU({ max: 1000, ttl: 1000 * 60 * 10 }); // 1000 items, 10min TTL

app.get('/api/data/:id', (req, res) => {
  const id = req.params.id;
  if (!cache.has(id)) {
    cache.set(id, expensiveComputation(id));
  }
  res.json(cache.get(id));
});

app.listen(process.env.PORT || 3000);
