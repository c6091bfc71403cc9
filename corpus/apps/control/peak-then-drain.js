// Orders are gathered during the day and exported at night: a peak, then nothing.
const express = require('express');

const app = express();
const gathered = new Map();

app.post('/orders', express.json(), (req, res) => {
  const order = {
    ...req.body,
    lines: [1, 2, 3].map((line) => ({ line, article: `${req.body.id}/${line}` })),
  };
  gathered.set(req.body.id, order);
  res.status(201).json({ waiting: gathered.size });
});

app.post('/export', (req, res) => {
  const batch = [...gathered.keys()].slice(0, 3);
  for (const id of batch) gathered.delete(id);
  res.json({ exported: batch.length });
});

app.listen(process.env.PORT);
