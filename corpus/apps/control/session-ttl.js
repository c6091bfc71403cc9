// Sessions that expire. The sweep keeps up with the logins, so there are only ever the latest.
'use strict';

const http = require('node:http');

class Session {
  constructor(user) {
    this.user = user;
    this.expiresAt = Date.now() + 40;
    this.data = { cart: [{ article: `a-${user}`, pieces: 2 }], language: 'en', visits: 1 };
  }
}

const sessions = new Map();

setInterval(() => {
  const now = Date.now();
  for (const [id, session] of sessions) if (session.expiresAt <= now) sessions.delete(id);
}, 20);

let logins = 0;

http
  .createServer((req, res) => {
    logins += 1;
    sessions.set(`s${logins}`, new Session(req.url.slice(1)));
    res.end(`${sessions.size} of ${logins}`);
  })
  .listen(process.env.PORT);
