// Feature decisions per user, in a copy-on-write object: readers never see a half-made one. Yesterday's users leave it.
'use strict';

const { createServer } = require('node:http');

let decisions = {};

const hash = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);

const decide = (user) => ({
  user,
  newCheckout: hash(user) % 2 === 0,
  darkMode: hash(`${user}!`) % 10 < 3,
  reasons: [`bucket ${hash(user) % 100}`, `cohort of ${user}`, `decided at ${new Date().toISOString()}`],
  overrides: { region: 'eu', tier: 'gold' },
});

createServer((req, res) => {
  const user = decodeURIComponent(req.url.slice(1));
  if (!decisions[user])
    decisions = Object.fromEntries([...Object.entries(decisions).slice(-49), [user, decide(user)]]);
  res.writeHead(200, { 'content-type': 'application/json' });
  res.end(JSON.stringify(decisions[user]));
}).listen(process.env.PORT);
