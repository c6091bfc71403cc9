// The guide's pattern 1, "Global Variable Accumulation", as it is written there.
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

// Leaky pattern
const cache = {}; // Global cache that never clears

app.get('/api/data/:id', (req, res) => {
  const id = req.params.id;
  if (!cache[id]) {
    cache[id] = expensiveComputation(id); // Cache grows forever
  }
  res.json(cache[id]);
});

app.listen(process.env.PORT || 3000);
