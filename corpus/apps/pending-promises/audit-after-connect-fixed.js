// Audit events are written once the broker is there. Until it comes, events are dropped.
'use strict';

const http = require('node:http');
const { EventEmitter } = require('node:events');

class Broker extends EventEmitter {
  constructor() {
    super();
    this.sent = 0;
    this.connected = false;
    this.once('connect', () => (this.connected = true));
  }

  send(event) {
    this.sent += event.words.length;
  }
}

const broker = new Broker();

function audit(req) {
  const event = { url: req.url, agent: req.headers['user-agent'], words: req.url.split('/'), at: new Date() };
  if (broker.connected) broker.send(event);
}

http
  .createServer((req, res) => {
    audit(req);
    res.end('done');
  })
  .listen(process.env.PORT);
