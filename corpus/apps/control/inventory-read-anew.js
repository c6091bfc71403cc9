// The inventory is read anew after every fifty requests. Each time it has an article more, and none of its rows is one
// of the rows before.
'use strict';

const http = require('node:http');

class Row {
  constructor(article, stock) {
    this.article = article;
    this.stock = stock;
    this.shelf = `${article}/${stock % 12}`;
  }
}

let inventory = [];
let readings = 0;
let requests = 0;

function read() {
  readings += 1;
  return Array.from({ length: 150 + readings }, (_, k) => new Row(`article ${k}`, (k * readings) % 40));
}

http
  .createServer((req, res) => {
    if (requests++ % 50 === 0) inventory = read();
    const row = inventory[requests % inventory.length];
    res.end(`${row.stock} of ${row.article} on ${row.shelf}`);
  })
  .listen(process.env.PORT);
