// An access log behind a slow disk. When it cannot keep up, lines are counted instead of written.
'use strict';

const http = require('node:http');
const { Writable } = require('node:stream');

class SlowDisk extends Writable {
  constructor() {
    super({ highWaterMark: 1024, decodeStrings: false });
    this.lines = 0;
  }

  _write(line, encoding, callback) {
    this.lines += 1;
    setTimeout(callback, 250);
  }
}

const accessLog = new SlowDisk();

let dropped = 0;

function log(req, status) {
  const line = `${new Date().toISOString()} ${req.socket.remoteAddress} "${req.method} ${req.url}" ${status} ${'-'.repeat(200)}${req.url}\n`;
  if (accessLog.writableNeedDrain) dropped += 1;
  else accessLog.write(line);
}

http
  .createServer((req, res) => {
    res.on('finish', () => log(req, res.statusCode));
    res.end(`lines so far: ${accessLog.lines}, dropped ${dropped}`);
  })
  .listen(process.env.PORT);
