// Where is my shipment? A look is one request long.
'use strict';

const http = require('node:http');

const { Poller } = require('./poller');

http
  .createServer((req, res) => {
    const poller = new Poller(req.url.slice(1)).start();
    res.on('finish', () => poller.stop());
    res.end(`${poller.shipment}: ${poller.states.at(-1)}`);
  })
  .listen(process.env.PORT);
