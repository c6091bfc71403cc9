// Articles by their number. A few are read all the time, most hardly ever; what has been read is kept, and there are
// four hundred of them.
'use strict';

const http = require('node:http');

const articles = new Map();

class Article {
  constructor(number) {
    this.number = number;
    this.title = `Article ${number}`;
    this.paragraphs = [1, 2, 3].map((part) => `${this.title}, paragraph ${part}`);
  }
}

http
  .createServer((req, res) => {
    const number = Number(req.url.slice(1)) % 400;
    if (!articles.has(number)) articles.set(number, new Article(number));
    res.end(articles.get(number).paragraphs.join('\n'));
  })
  .listen(process.env.PORT);
