// Audit events are written once the broker is there. It never comes, and an async function hangs for each event.
'use strict';

const http = require('node:http');
const { EventEmitter } = require('node:events');

class Broker extends EventEmitter {
  constructor() {
    super();
    this.sent = 0;
    this.ready = new Promise((resolve) => this.once('connect', resolve));
  }

  send(event) {
    this.sent += event.words.length;
  }
}

const broker = new Broker();

async function audit(req) {
  const event = { url: req.url, agent: req.headers['user-agent'], words: req.url.split('/'), at: new Date() };
  await broker.ready;
  broker.send(event);
}

http
  .createServer((req, res) => {
    audit(req);
    res.end('done');
  })
  .listen(process.env.PORT);
