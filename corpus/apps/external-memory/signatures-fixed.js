// Checks uploads by their first bytes. Sixteen bytes are copied, and the latest of them kept.
'use strict';

const http = require('node:http');

const signatures = new Map();

function signatureOf(name, content) {
  const magic = Buffer.from(content.subarray(0, 16));
  signatures.set(name, magic);
  if (signatures.size > 60) signatures.delete(signatures.keys().next().value);
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
