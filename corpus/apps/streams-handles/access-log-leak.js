// An access log behind a slow disk. Nobody looks at what write() returns, so lines queue up in the stream.
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

function log(req, status) {
  const line = `${new Date().toISOString()} ${req.socket.remoteAddress} "${req.method} ${req.url}" ${status} ${'-'.repeat(200)}${req.url}\n`;
  accessLog.write(line);
}

http
  .createServer((req, res) => {
    res.on('finish', () => log(req, res.statusCode));
    res.end(`lines so far: ${accessLog.lines}`);
  })
  .listen(process.env.PORT);
