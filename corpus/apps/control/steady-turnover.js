// Shopping carts that live for forty requests: none of them is old, and their number goes up and down.
'use strict';

const { createServer } = require('node:http');

const carts = new Map();
let clock = 0;

function cartOf(user) {
  clock += 1;
  let cart = carts.get(user);
  if (!cart) {
    cart = { user, items: [], until: clock + 40 + (clock % 7) };
    carts.set(user, cart);
  }
  cart.items.push({ article: `article ${clock}`, price: clock % 50 });
  for (const [key, { until }] of carts) if (until < clock) carts.delete(key);
  return cart;
}

createServer((req, res) => {
  const cart = cartOf(req.url);
  res.end(JSON.stringify({ items: cart.items.length, carts: carts.size }));
}).listen(process.env.PORT);
