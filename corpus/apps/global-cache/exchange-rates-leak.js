// Exchange rates by day and currency. The promise of a rate is what is kept, so that nobody asks twice.
'use strict';

const { createServer } = require('node:http');
const { setImmediate: turn } = require('node:timers/promises');

const rates = new Map();

async function ask(day, currency) {
  await turn();
  return {
    day,
    currency,
    rate: 1 + (day.length % 7) / 10,
    source: `https://rates.example.org/${day}/${currency}`,
  };
}

function rate(day, currency) {
  const key = `${day} ${currency}`;
  let promise = rates.get(key);
  if (!promise) {
    promise = ask(day, currency);
    rates.set(key, promise);
  }
  return promise;
}

createServer(async (req, res) => {
  const [, day, currency] = req.url.split('/');
  const [one, same] = await Promise.all([rate(day, currency), rate(day, currency)]);
  res.end(JSON.stringify({ ...one, shared: one === same }));
}).listen(process.env.PORT);
