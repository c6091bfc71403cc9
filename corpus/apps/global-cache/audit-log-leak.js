// Account administration with an audit trail that is kept in memory, on the class.
'use strict';

const http = require('http');

class AuditLog {
  static entries = [];

  static record(actor, action, target) {
    const entry = {
      actor,
      action,
      target,
      at: new Date().toISOString(),
      trace: `${actor}:${action}:${target}`,
    };
    AuditLog.entries.push(entry);
    return AuditLog.entries.length;
  }

  static tail(count) {
    return AuditLog.entries.slice(-count);
  }
}

class AccountController {
  constructor() {
    this.balances = new Map([
      ['petty-cash', 120],
      ['travel', 4000],
    ]);
  }

  handle(req, res) {
    const [, account, action, who] = req.url.split('/');
    if (account === 'audit') return this.reply(res, 200, AuditLog.tail(20));
    if (!this.balances.has(account)) return this.reply(res, 404, { error: 'no such account' });
    AuditLog.record(who ?? 'anonymous', action ?? 'read', account);
    return this.reply(res, 200, { account, balance: this.balances.get(account) });
  }

  reply(res, status, body) {
    res.writeHead(status, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(body));
  }
}

const controller = new AccountController();
http.createServer((req, res) => controller.handle(req, res)).listen(process.env.PORT || 8080);
