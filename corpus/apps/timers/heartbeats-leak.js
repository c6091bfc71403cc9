// Devices report in; for each report a heartbeat check starts that nothing ever stops.
'use strict';

const http = require('node:http');

const online = new Set();

class Heartbeat {
  constructor(device, report) {
    this.device = device;
    this.report = report;
    this.missed = 0;
  }

  start() {
    this.timer = setInterval(() => this.check(), 30_000);
    return this;
  }

  check() {
    this.missed += 1;
    if (this.missed > 3) online.delete(this.device);
  }
}

http
  .createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => (body += chunk));
    req.on('end', () => {
      const report = JSON.parse(body);
      online.add(report.device);
      new Heartbeat(report.device, report).start();
      res.end(`${online.size} online\n`);
    });
  })
  .listen(process.env.PORT);
