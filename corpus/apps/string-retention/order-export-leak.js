// Collects the rows of an export as one CSV text. A row is left out when its order is in the text already, and looking
// for it makes the text flat: it is another string after each request.
'use strict';

const { createServer } = require('node:http');

const head = 'order;customer;received;remark\n';
let csv = head;

function add(order, customer) {
  if (csv.indexOf(`\n${order};`) >= 0) return false;
  csv += `${order};${customer};${new Date().toISOString()};${'leave it at the door '.repeat(4)}\n`;
  return true;
}

createServer((req, res) => {
  const [, order, customer] = req.url.split('/');
  const added = add(order, customer);
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify({ added, size: csv.length }));
}).listen(process.env.PORT);
