// Checks uploads by their first bytes. The sixteen bytes that are kept hold on to the whole upload.
'use strict';

const http = require('node:http');

const signatures = new Map();

function signatureOf(name, content) {
  const magic = content.subarray(0, 16);
  signatures.set(name, magic);
  return magic;
}

const kindOf = (magic) => (magic[0] === 0x89 ? 'image' : 'text');

http
  .createServer((req, res) => {
    const parts = [];
    req.on('data', (part) => parts.push(part));
    req.on('end', () => {
      const content = Buffer.concat(parts, 24 * 1024);
      const magic = signatureOf(req.url, content);
      res.end(`${kindOf(magic)} ${magic.toString('hex')}`);
    });
  })
  .listen(process.env.PORT);
