// Insurance quotes by the customer's answers: computed once, kept for good in a plain object.
const express = require('express');

const app = express();
app.use(express.json());

const quotes = {};

function quote({ age, postcode, vehicle }) {
  const base = 200 + (80 - age) * 3.5;
  return {
    premium: base * 1.19,
    postcode,
    vehicle,
    terms: ['liability', 'theft', 'glass'].map((risk) => ({
      risk,
      share: base / 3,
      text: `${risk} for ${vehicle}`,
    })),
  };
}

app.post('/quotes', (req, res) => {
  const key = `${req.body.age}/${req.body.postcode}/${req.body.vehicle}`;
  if (!quotes[key]) quotes[key] = quote(req.body);
  res.status(201).json({ key, premium: quotes[key].premium });
});

app.get('/quotes/:key', (req, res) => {
  const found = quotes[req.params.key];
  if (!found) return res.sendStatus(404);
  return res.json(found);
});

app.listen(process.env.PORT || 3000);
