// A pool in the shape of pg's: clients, idle ones, a queue of those who wait. Answers come from memory.
'use strict';

const { EventEmitter } = require('node:events');

class Client extends EventEmitter {
  constructor(pool, id) {
    super();
    this.processID = id;
    this.pool = pool;
    this.queryQueue = [];
    this.connectionParameters = { host: 'db.internal', port: 5432, database: 'shop', user: 'web' };
    this.statements = { begin: 'BEGIN', commit: 'COMMIT', rollback: 'ROLLBACK' };
  }

  async query(text, values = []) {
    await new Promise((resolve) => setImmediate(resolve));
    if (/missing/.test(text)) throw new Error('relation "missing" does not exist');
    return { command: 'SELECT', rowCount: 1, rows: [{ id: values[0] ?? this.processID, text }] };
  }

  release() {
    this.pool._release(this);
  }
}

class Pool extends EventEmitter {
  constructor(options) {
    super();
    this.options = { max: 10, ...options };
    this._clients = [];
    this._idle = [];
    this._pendingQueue = [];
  }

  connect() {
    return new Promise((resolve) => {
      this._pendingQueue.push(resolve);
      this._pulse();
    });
  }

  _pulse() {
    while (this._pendingQueue.length > 0) {
      let client = this._idle.pop();
      if (!client && this._clients.length < this.options.max) {
        client = new Client(this, this._clients.length + 1);
        this._clients.push(client);
      }
      if (!client) return;
      this._pendingQueue.shift()(client);
    }
  }

  _release(client) {
    this._idle.push(client);
    this._pulse();
  }
}

module.exports = { Pool, Client };
