// Packages that are loaded by the first request that needs them: some in the first hour, others in the next.
'use strict';

const http = require('node:http');

const routes = {
  '/page': () => require('ejs').render('<i><%= text %></i>', { text: 'rendered' }),
  '/pool': () =>
    require('generic-pool').createPool({ create: async () => ({}), destroy: async () => {} }).max,
  '/site': () => Object.keys(require('express')).length,
  '/session': () => require('express-session').name,
  '/cache': () => require('lru-cache').name,
};

http
  .createServer((req, res) => {
    const route = routes[req.url];
    res.end(route ? String(route()) : 'nothing to load');
  })
  .listen(process.env.PORT);
