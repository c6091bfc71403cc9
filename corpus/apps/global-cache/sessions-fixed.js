// A shop that remembers who is logged in. The oldest visitor makes room for the newest.
'use strict';

const http = require('node:http');
const { randomUUID } = require('node:crypto');

class Session {
  constructor(user, agent) {
    this.id = randomUUID();
    this.user = user;
    this.agent = agent;
    this.cart = [];
    this.createdAt = new Date();
    this.preferences = { currency: 'EUR', language: 'de', newsletter: false };
  }
}

const MAX_SESSIONS = 80;
const sessions = new Map();

function login(user, agent) {
  const session = new Session(user, agent);
  session.cart.push({ sku: `sku-${user}`, quantity: 1, note: `picked by ${user}` });
  sessions.set(session.id, session);
  if (sessions.size > MAX_SESSIONS) {
    const [oldest] = sessions.keys();
    sessions.delete(oldest);
  }
  return session;
}

const server = http.createServer((req, res) => {
  const url = new URL(req.url, 'http://localhost');
  if (url.pathname !== '/login') {
    res.writeHead(404).end();
    return;
  }
  const session = login(url.searchParams.get('user'), String(req.headers['user-agent']));
  res.writeHead(200, { 'content-type': 'application/json', 'set-cookie': `sid=${session.id}` });
  res.end(JSON.stringify({ id: session.id, active: sessions.size }));
});

server.listen(process.env.PORT ?? 3000);
