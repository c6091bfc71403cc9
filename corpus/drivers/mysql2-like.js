// A pool in the shape of mysql2's: all connections, free ones, a queue of callbacks, promises around it.
'use strict';

class PoolConnection {
  constructor(pool, threadId) {
    this._pool = pool;
    this.threadId = threadId;
    this.config = { host: 'db.internal', user: 'web', charset: 'utf8mb4' };
    this._commands = [];
  }

  async query(sql, values) {
    await new Promise((resolve) => setImmediate(resolve));
    return [[{ id: 1, name: 'ada', sql, values }], []];
  }

  release() {
    this._pool.releaseConnection(this);
  }
}

class Pool {
  constructor(config) {
    this.config = { connectionLimit: 10, ...config };
    this._allConnections = [];
    this._freeConnections = [];
    this._connectionQueue = [];
  }

  getConnection() {
    return new Promise((resolve, reject) => {
      this._getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
    });
  }

  _getConnection(callback) {
    const free = this._freeConnections.shift();
    if (free) return process.nextTick(callback, null, free);
    if (this._allConnections.length < this.config.connectionLimit) {
      const connection = new PoolConnection(this, this._allConnections.length + 1);
      this._allConnections.push(connection);
      return process.nextTick(callback, null, connection);
    }
    return this._connectionQueue.push(callback);
  }

  releaseConnection(connection) {
    const next = this._connectionQueue.shift();
    if (next) process.nextTick(next, null, connection);
    else this._freeConnections.push(connection);
  }
}

exports.createPool = (config) => new Pool(config);
