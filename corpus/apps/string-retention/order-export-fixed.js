// Collects the rows of an export as one CSV text. A row is left out when its order is in the text already, and looking
// for it makes the text flat: it is another string after each request. When it is long enough for a file, the text starts anew.
'use strict';

const { createServer } = require('node:http');

const head = 'order;customer;received;remark\n';
const FILE = 4000;
let csv = head;
let files = 0;

function add(order, customer) {
  if (csv.indexOf(`\n${order};`) >= 0) return false;
  csv += `${order};${customer};${new Date().toISOString()};${'leave it at the door '.repeat(4)}\n`;
  if (csv.length > FILE) {
    files += 1;
    csv = head;
  }
  return true;
}

createServer((req, res) => {
  const [, order, customer] = req.url.split('/');
  const added = add(order, customer);
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify({ added, size: csv.length, files }));
}).listen(process.env.PORT);
