// A logger that gathers lines and writes them out by the hundred.
'use strict';

const http = require('node:http');
const { Writable } = require('node:stream');

const sink = new Writable({
  write(chunk, encoding, callback) {
    setImmediate(callback);
  },
});

class Logger {
  constructor(out, size) {
    this.out = out;
    this.size = size;
    this.lines = [];
    this.buffer = '';
  }

  info(fields) {
    const line = JSON.stringify({ time: Date.now(), level: 30, ...fields });
    this.lines.push(line);
    this.buffer += `${line}\n`;
    if (this.lines.length >= this.size) this.flush();
  }

  flush() {
    this.out.write(this.buffer);
    this.buffer = '';
    this.lines = [];
  }
}

const logger = new Logger(sink, 50);

http
  .createServer((req, res) => {
    logger.info({ method: req.method, url: req.url, agent: req.headers['user-agent'] ?? 'none' });
    res.end('logged');
  })
  .listen(process.env.PORT);
