// Configuration that is replaced as a whole with every deployment; the old one goes.
'use strict';

const http = require('node:http');

let config = { revision: 0, rules: [] };
const listeners = new Set();

function deploy(revision) {
  const rules = Array.from({ length: 40 }, (_, k) => ({
    id: `${revision}/${k}`,
    when: `x > ${k}`,
    action: ['allow', k],
  }));
  config = { revision, rules };
  for (const listener of listeners) listener(config);
}

let latest = 0;
listeners.add(({ revision }) => {
  latest = Math.max(latest, revision);
});

http
  .createServer((req, res) => {
    deploy(Number(req.url.slice(1)));
    res.end(`revision ${latest} with ${config.rules.length} rules`);
  })
  .listen(process.env.PORT);
