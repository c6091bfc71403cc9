// Forms as reactive objects: a proxy notes which fields are read. The list of them is for a debugging page that
// shows forty.
'use strict';

const http = require('node:http');

const observed = [];

function observe(target) {
  const read = new Set();
  const proxy = new Proxy(target, {
    get(form, field) {
      read.add(field);
      return form[field];
    },
    has(form, field) {
      return read.has(field) || field in form;
    },
  });
  observed.push(proxy);
  if (observed.length > 40) observed.shift();
  return proxy;
}

http
  .createServer((req, res) => {
    const form = observe({ page: req.url, fields: ['name', 'street'], filled: new Date() });
    res.end(`${form.page} with ${form.fields.length} fields`);
  })
  .listen(process.env.PORT);
