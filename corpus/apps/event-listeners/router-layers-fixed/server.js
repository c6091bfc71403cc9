// A service of many tenants. One layer serves them all.
'use strict';

const http = require('node:http');

const { createRouter } = require('./router');

const router = createRouter();
router.use('/', (req, res, next) => {
  res.setHeader('x-served-by', 'tenants');
  next();
});

function settingsOf(tenant) {
  return { tenant, plan: 'basic', limits: { seats: 10, storage: `${tenant} 5 GB` } };
}

router.use('/', (req, res, next) => {
  res.setHeader('x-plan', settingsOf(req.url.split('/')[1]).plan);
  next();
});

http.createServer((req, res) => router(req, res, () => res.end('welcome'))).listen(process.env.PORT);
