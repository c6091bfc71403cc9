// Configuration that is replaced while the service runs. It is compared with the one before, then that is dropped.
'use strict';

const http = require('node:http');

let current = null;

function replaceConfig(source) {
  const difference = current ? current.source.length - source.length : source.length;
  current = {
    source,
    options: source.split(' ').map((word, index) => ({ word, index })),
    describe() {
      return `configuration of ${source.length} characters`;
    },
  };
  return difference;
}

http
  .createServer((req, res) => {
    let text = '';
    req.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    req.on('end', () => {
      const difference = replaceConfig(text);
      res.end(`${current.describe()}, ${difference} more or less\n`);
    });
  })
  .listen(process.env.PORT);
