// Look-ups that are shared while they are under way. An upstream that hangs leaves them in the table, with the
// request context they were started in.
'use strict';

const { createServer } = require('node:http');
const { AsyncLocalStorage } = require('node:async_hooks');

const context = new AsyncLocalStorage();
const inflight = new Map();

function upstream(sku) {
  // Some articles are never answered.
  return new Promise((resolve) => {
    if (!sku.startsWith('lost')) setImmediate(resolve, { sku, stock: 3 });
  });
}

function stockOf(sku) {
  if (!inflight.has(sku))
    inflight.set(
      sku,
      upstream(sku).finally(() => inflight.delete(sku)),
    );
  return inflight.get(sku);
}

createServer((req, res) => {
  const user = req.headers['x-user'] ?? 'guest';
  const store = {
    user,
    roles: ['reader', `${user}-team`],
    trail: [`${user} ${req.url}`],
    startedAt: new Date(),
  };
  context.run(store, async () => {
    const timeout = setTimeout(() => res.writeHead(204).end(), 2);
    const stock = await stockOf(req.url.slice(1));
    clearTimeout(timeout);
    res.end(JSON.stringify({ ...stock, for: context.getStore().user }));
  });
}).listen(process.env.PORT);
