// Order status by order number. Numbers are handed out in steps, so the index is a sparse object.
'use strict';

const { createServer } = require('node:http');

const byNumber = Object.create(null);
let nextNumber = 4_000_000;

const routes = {
  'POST /orders': (body) => {
    const number = (nextNumber += 7);
    const { customer } = JSON.parse(body);
    byNumber[number] = {
      number,
      customer,
      state: 'received',
      history: [{ state: 'received', at: Date.now(), by: customer + '@example.org' }],
      lines: [1, 2, 3].map((line) => ({ line, article: `A-${number}-${line}`, pieces: line })),
    };
    return { number };
  },
  'GET /orders': () => ({ last: nextNumber, state: byNumber[nextNumber]?.state }),
};

createServer((request, response) => {
  const route = routes[`${request.method} ${request.url}`];
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    if (!route) return response.writeHead(404).end();
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify(route(body)));
  });
}).listen(process.env.PORT);
