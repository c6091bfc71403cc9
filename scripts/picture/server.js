// @ts-nocheck: it is what a reader might write
// The app of the README's picture: it leaks as many do.
'use strict';

const http = require('node:http');
const { randomUUID } = require('node:crypto');

const sessions = new Map();

class Session {
  constructor(user) {
    this.user = user;
    this.history = Array.from({ length: 100 }, () => null);
  }
}

function login(user) {
  const session = new Session(user);
  sessions.set(randomUUID(), session); // and nothing ever deletes it
  return session;
}

http
  .createServer((request, response) => {
    const { user } = login(request.url.slice(1));
    response.end(`Hello, ${user}`);
  })
  .listen(process.env.PORT ?? 3000);
