// A service of many tenants. A tenant gets its layer when it calls.
'use strict';

const http = require('node:http');

const { createRouter } = require('./router');

const router = createRouter();
router.use('/', (req, res, next) => {
  res.setHeader('x-served-by', 'tenants');
  next();
});

function enter(tenant) {
  const settings = { tenant, plan: 'basic', limits: { seats: 10, storage: `${tenant} 5 GB` } };
  router.use(`/${tenant}/`, (req, res, next) => {
    res.setHeader('x-plan', settings.plan);
    next();
  });
}

http
  .createServer((req, res) => {
    enter(req.url.split('/')[1]);
    router(req, res, () => res.end('welcome'));
  })
  .listen(process.env.PORT);
