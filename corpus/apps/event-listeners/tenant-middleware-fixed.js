// Multi-tenant Express app with one middleware for all tenants.
const express = require('express');

const app = express();

function setTenantHeaders(req, res, next) {
  const { plan } = settingsOf(String(req.query.tenant));
  res.set('x-tenant-plan', plan);
  next();
}

function settingsOf(tenant) {
  return {
    tenant,
    plan: tenant.length % 2 ? 'basic' : 'pro',
    limits: { seats: 10, storage: `${tenant} 5 GB` },
  };
}

app.use(setTenantHeaders);

app.get('/enter', (req, res) => {
  const tenant = String(req.query.tenant);
  res.json({ tenant, welcome: true });
});

app.listen(process.env.PORT);
