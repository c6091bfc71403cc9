// Remembers the titles of pages it has been sent. A title is cut out of the page, and the page stays with it.
'use strict';

const http = require('node:http');

const titles = [];

function titleOf(html) {
  const start = html.indexOf('<title>') + '<title>'.length;
  return html.slice(start, html.indexOf('</title>'));
}

const server = http.createServer((req, res) => {
  req.setEncoding('utf8');
  let html = '';
  req.on('data', (chunk) => (html += chunk));
  req.on('end', () => {
    const title = titleOf(html);
    titles.push(title);
    res.end(JSON.stringify({ title, seen: titles.length }));
  });
});

server.listen(process.env.PORT);
