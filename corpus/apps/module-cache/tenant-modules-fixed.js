// Tenants bring their own rules as code. A rule is data, read anew where it is needed.
'use strict';

const http = require('node:http');
const fs = require('node:fs');
const path = require('node:path');
const os = require('node:os');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rules-'));
let version = 0;

function install(above) {
  version += 1;
  const file = path.join(folder, 'rule.json');
  fs.writeFileSync(file, JSON.stringify({ version, above }));
  const rule = JSON.parse(fs.readFileSync(file, 'utf8'));
  return { version: rule.version, applies: (order) => order.total > rule.above };
}

const server = http.createServer((req, res) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => {
    const rule = install(Number(Buffer.concat(parts).toString()));
    res.end(JSON.stringify({ version: rule.version, applies: rule.applies({ total: 50 }) }));
  });
});

server.listen(process.env.PORT);
