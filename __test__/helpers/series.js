// @ts-check
'use strict';

/**
 * Series of real snapshots: a small app of its own process, leaking or healthy, that is captured after each of its
 * rounds of work.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { root, run } = require('./run');

const APP = `'use strict';
const { takeHeapSnapshot } = require(${JSON.stringify(root)});

const sessions = new Map();
const [leaks, ...files] = process.argv.slice(2);

class Session {
  constructor(user) {
    this.user = user;
    this.visits = [user];
  }
}

function login(user) {
  sessions.set(user, new Session(user));
  if (leaks !== 'leaking' && sessions.size > 50) sessions.delete(sessions.keys().next().value);
}

(async () => {
  let number = 0;
  for (const file of files) {
    for (let i = 0; i < 500; i++) login('user-' + number++);
    await takeHeapSnapshot(file);
  }
})();
`;

/**
 * @param {string} directory where the app and its snapshots go
 * @param {'leaking' | 'healthy'} kind
 * @param {string} [prefix] of the names of the snapshots
 * @returns {Promise<[string, string, string]>} the snapshots in the order they were taken
 */
async function takeSeries(directory, kind, prefix = kind) {
  const app = path.join(directory, 'app.js');
  fs.writeFileSync(app, APP);
  const files = ['a', 'b', 'c'].map((name) => path.join(directory, `${prefix}-${name}.heapsnapshot`));
  const { code, stderr } = await run([app, kind, ...files]);
  assert.equal(code, 0, stderr);
  return /** @type {[string, string, string]} */ (files);
}

/** Where the app declares its Map. */
const DECLARED_AT = APP.split('\n').findIndex((line) => line.startsWith('const sessions')) + 1;

module.exports = { takeSeries, DECLARED_AT };
