// Passes requests on with fetch(). Node itself notes the time of each, up to a bound of its own.
'use strict';

const http = require('node:http');

async function stock(article) {
  const response = await fetch(`http://127.0.0.1:${process.env.UPSTREAM_PORT}/stock${article}`);
  return response.json();
}

http
  .createServer(async (req, res) => {
    const { stock: pieces, carrier } = await stock(req.url);
    res.end(`${pieces} pieces, by ${carrier}`);
  })
  .listen(process.env.PORT);
