'use strict';

/**
 * The guide's four leaks, all in one live Express app, are all found; its four solutions, in another one, are silent. The
 * corpus has each of them in an app of its own, on every version of Node.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { root, runCli } = require('../helpers/run');
const { block } = require('./blocks');
const { appOf, freePort, readersProject } = require('./live');

/** What the guide takes for granted. */
const AROUND = `
const { randomUUID } = require('node:crypto');
const { PassThrough } = require('node:stream');
const pool = require(${JSON.stringify(path.join(root, 'corpus', 'drivers', 'mysql2-like.js'))})
  .createPool({ host: 'db.internal', connectionLimit: 10 });
const feed = new PassThrough();
feed.setMaxListeners(0);
setInterval(() => feed.write('tick\\n'), 5);
const getDataStream = () => feed;
const generateSessionId = () => randomUUID();
const expensiveComputation = (id) => ({ id, root: Math.sqrt(id.length) });
`;

/** One visitor: asks for something, listens for a moment, wants the users, logs in and out. */
const VISIT = `
const soon = () => ({ signal: AbortSignal.timeout(25) });
module.exports = async ({ url, number }) => {
  const at = (path) => new URL(path, url);
  const post = async (path, body) =>
    (await fetch(at(path), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })).json();
  await (await fetch(at('/api/data/' + (number % Number(process.env.DISTINCT))))).text();
  const { sessionId } = await post('/api/login', { user: 'user ' + number });
  if (process.env.LOGS_OUT) await post('/api/logout', { sessionId });
  for (const path of ['/api/stream', '/api/users']) {
    try {
      await (await fetch(at(path), soon())).text();
    } catch {
      // Gone before the answer was complete, as visitors are.
    }
  }
};
`;

/**
 * @param {import('node:test').TestContext} t
 * @param {string[]} pieces
 * @param {NodeJS.ProcessEnv} env
 */
async function recorded(t, pieces, env) {
  const directory = readersProject(t);
  const port = await freePort();
  fs.writeFileSync(path.join(directory, 'app.js'), appOf(AROUND, ...pieces));
  fs.writeFileSync(path.join(directory, 'visit.js'), VISIT);
  const { code, stdout, stderr } = await runCli(
    [
      'record',
      '--script',
      'visit.js',
      '--url',
      `http://localhost:${port}/`,
      '-c',
      '4',
      '-d',
      '1600ms',
    ].concat('--warm-up', '500ms', '--output-dir', 'out', '--json', '--', process.execPath, 'app.js'),
    { cwd: directory, env: { ...env, PORT: String(port) } },
  );
  assert.ok(stdout !== '', stderr);
  return { code, answer: JSON.parse(stdout), stderr };
}

test('all four leaks of the guide, found at once, each by its name and kind', async (t) => {
  const { code, answer } = await recorded(
    t,
    [
      block('1. Global variable accumulation / Problem / js'),
      block('2. Event listener accumulation / Problem / js'),
      block('3. Database connection leaks / Problem / js'),
      block('4. Timer and interval leaks / Problem / js'),
    ],
    { DISTINCT: '1000000' },
  );
  assert.equal(code, 1, JSON.stringify(answer.error));
  assert.equal(answer.verdict, 'leak');
  const found = answer.findings.map(
    (/** @type {any} */ { pattern, holder }) => `${pattern}: ${holder.variable}`,
  );
  for (const wanted of [
    /^global-cache: cache$/,
    /^event-listeners: feed\b/,
    /^db-pool: pool/,
    /^(?:timers|global-cache): userSessions$/,
  ]) {
    assert.ok(
      found.some((/** @type {string} */ it) => wanted.test(it)),
      `${wanted} is not among\n${found.join('\n')}`,
    );
  }
});

test('all four solutions of the guide: nothing is found', async (t) => {
  const { code, answer } = await recorded(
    t,
    [
      block('1. Global variable accumulation / Solution / js'),
      block('2. Event listener accumulation / Solution / js'),
      block('3. Database connection leaks / Solution / js'),
      block('4. Timer and interval leaks / Problem / js'),
      block('4. Timer and interval leaks / Solution / js'),
    ],
    { DISTINCT: '8', LOGS_OUT: 'yes' },
  );
  const told = (answer.findings ?? [answer.error]).map((/** @type {any} */ it) => it.sentence ?? it.message);
  assert.equal(code, 0, told.join('\n'));
});
