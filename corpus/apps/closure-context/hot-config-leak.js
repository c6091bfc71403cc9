// Configuration that is replaced while the service runs. Each new one remembers the one before, although nobody asks.
'use strict';

const http = require('node:http');

let current = null;

function replaceConfig(source) {
  const previous = current;
  const compareWithPrevious = () => {
    if (previous) return previous.source.length - source.length;
    return source.length;
  };
  current = {
    source,
    options: source.split(' ').map((word, index) => ({ word, index })),
    describe() {
      return `configuration of ${source.length} characters`;
    },
  };
  return compareWithPrevious();
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
