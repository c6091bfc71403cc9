// Tenants bring their own rules as code. A rule is written to a file of its own and required, each version of it.
'use strict';

const http = require('node:http');
const fs = require('node:fs');
const path = require('node:path');
const os = require('node:os');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rules-'));
let version = 0;

function install(expression) {
  version += 1;
  const file = path.join(folder, `rule-${version}.js`);
  fs.writeFileSync(file, `exports.version = ${version};\nexports.applies = (order) => ${expression};\n`);
  return require(file);
}

const server = http.createServer((req, res) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => {
    const rule = install(`order.total > ${Number(Buffer.concat(parts).toString())}`);
    res.end(JSON.stringify({ version: rule.version, applies: rule.applies({ total: 50 }) }));
  });
});

server.listen(process.env.PORT);
