// Multi-tenant Express app that installs a tenant's middleware when the tenant calls: on the stack of the whole app.
const express = require('express');

const app = express();

function tenantHeaders(tenant, settings) {
  return function setTenantHeaders(req, res, next) {
    if (req.query.tenant === tenant) res.set('x-tenant-plan', settings.plan);
    next();
  };
}

function settingsOf(tenant) {
  return {
    tenant,
    plan: tenant.length % 2 ? 'basic' : 'pro',
    limits: { seats: 10, storage: `${tenant} 5 GB` },
  };
}

app.get('/enter', (req, res) => {
  const tenant = String(req.query.tenant);
  app.use(tenantHeaders(tenant, settingsOf(tenant)));
  res.json({ tenant, welcome: true });
});

app.listen(process.env.PORT);
