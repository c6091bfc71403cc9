'use strict';

/**
 * The PostgreSQL that leaking apps lose connections of: a real one, private, and gone afterwards however the run
 * that asked for it ended. psql is the oracle.
 */

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const test = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { findPostgres, startPostgres, NOT_INSTALLED } = require('../../corpus/postgres');
const { countResults } = require('../../scripts/run');
const { root, run, runSource } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

const bin = findPostgres();
const needsPostgres = { skip: bin ? false : NOT_INSTALLED };

/** Where the servers of this file put what they write: nothing else does, so what is there is theirs. */
function playground(t) {
  const directory = temporaryDirectory(t);
  // The server's user has to come through.
  fs.chmodSync(directory, 0o711);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = directory;
  t.after(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  return directory;
}

/** @param {Record<string, string>} env @param {string} statement */
function ask(env, statement) {
  const options = { env: { ...process.env, ...env }, encoding: 'utf8', stdio: 'pipe' };
  return execFileSync(path.join(bin, 'psql'), ['-X', '-A', '-t', '-c', statement], options).trim();
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function isOpen(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** @param {() => boolean} condition */
async function eventually(condition) {
  const until = Date.now() + 20_000;
  while (!condition() && Date.now() < until) await sleep(50);
  assert.ok(condition(), String(condition));
}

test(
  'a server of its own: answers to who has the password, has the schema, and is gone afterwards',
  needsPostgres,
  async (t) => {
    const directory = playground(t);
    const schema = [
      'CREATE TABLE users (id integer, name text)',
      "INSERT INTO users VALUES (1, 'Ada; O''Hara')",
    ];
    const { env, port, folder, pid, stop } = await startPostgres({ connections: 17, schema });
    try {
      assert.equal(ask(env, 'SELECT name FROM users'), "Ada; O'Hara");
      assert.equal(ask(env, 'SHOW max_connections'), '17');
      assert.equal(ask(env, 'SHOW listen_addresses'), '127.0.0.1');
      assert.equal(ask(env, 'SHOW unix_socket_directories'), '');
      assert.equal(ask(env, 'SHOW data_directory'), path.join(folder, 'data'));
      assert.throws(
        () => ask({ ...env, PGPASSWORD: 'guessed' }, 'SELECT 1'),
        /password authentication failed/,
      );

      assert.equal(path.dirname(folder), directory);
      assert.equal(fs.statSync(folder).mode & 0o777, 0o700);
      assert.notEqual(fs.statSync(path.join(folder, 'data')).uid, 0);
      assert.deepEqual(fs.readdirSync(folder), ['data']);
      assert.ok(isAlive(pid));
    } finally {
      await stop();
    }
    assert.ok(!isAlive(pid));
    assert.ok(!(await isOpen(port)));
    assert.deepEqual(fs.readdirSync(directory), []);
  },
);

test('stops although clients are connected, and twice is once', needsPostgres, async (t) => {
  const directory = playground(t);
  const { env, pid, stop } = await startPostgres();
  const busy = run(['-X', '-c', 'SELECT pg_sleep(600)'], { command: path.join(bin, 'psql'), env });
  await eventually(
    () => ask(env, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") === '1',
  );
  const start = performance.now();
  await Promise.all([stop(), stop()]);
  await stop();
  assert.ok(performance.now() - start < 8000, 'without waiting for clients');
  assert.match((await busy).stderr, /terminating connection due to administrator command/);
  assert.ok(!isAlive(pid));
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('a schema that PostgreSQL refuses is told, and nothing stays behind', needsPostgres, async (t) => {
  const directory = playground(t);
  await assert.rejects(
    startPostgres({ schema: ['CREATE TABLE users (id integer)', 'INSERT INTO orders VALUES (1)'] }),
    /^Error: PostgreSQL did not start: [^]*relation "orders" does not exist/,
  );
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('a server that is killed takes its folder and its shared memory along', needsPostgres, async (t) => {
  const directory = playground(t);
  const { pid, folder, stop } = await startPostgres();
  const [, id] = fs
    .readFileSync(path.join(folder, 'data', 'postmaster.pid'), 'utf8')
    .split('\n')[6]
    .trim()
    .split(/\s+/);
  const segments = () => fs.readFileSync('/proc/sysvipc/shm', 'utf8').split('\n');
  const hasSegment = () => segments().some((line) => line.trim().split(/\s+/)[1] === id);
  const linux = process.platform === 'linux';
  if (linux) assert.ok(hasSegment());
  process.kill(pid, 'SIGKILL');
  await eventually(() => fs.readdirSync(directory).length === 0);
  await stop();
  // Its processes notice one after another that it is gone.
  if (linux) await eventually(() => !hasSegment());
});

for (const signal of ['SIGINT', 'SIGKILL']) {
  test(`${signal} to who asked for it ends the server too`, needsPostgres, async (t) => {
    const directory = playground(t);
    const source = `require(root + '/corpus/postgres')
      .startPostgres()
      .then(({ pid, port }) => process.stdout.write(JSON.stringify({ pid, port }) + '\\n'));`;
    const ended = await runSource(source, {
      onStart: (child) => child.stdout.once('data', () => child.kill(signal)),
    });
    assert.equal(ended.signal, signal);
    const { pid, port } = JSON.parse(ended.stdout);
    await eventually(() => !isAlive(pid) && fs.readdirSync(directory).length === 0);
    assert.ok(!(await isOpen(port)));
  });
}

test('so does an end in the middle of making the cluster', needsPostgres, async (t) => {
  const directory = playground(t);
  const made = () =>
    fs.readdirSync(directory).some((name) => fs.existsSync(path.join(directory, name, 'data')));
  const ended = await runSource(`require(root + '/corpus/postgres').startPostgres();`, {
    onStart: async (child) => {
      await eventually(made);
      child.kill('SIGKILL');
    },
  });
  assert.equal(ended.signal, 'SIGKILL');
  await eventually(() => fs.readdirSync(directory).length === 0);
  // initdb would make the folder anew if it went on.
  await sleep(500);
  assert.deepEqual(fs.readdirSync(directory), []);
});

test(
  'the binaries: newest major of Debian, else PATH, else nowhere',
  { skip: !process.getuid && 'no users' },
  (t) => {
    const directory = temporaryDirectory(t);
    const install = (...names) => {
      const folder = path.join(directory, ...names);
      fs.mkdirSync(folder, { recursive: true });
      for (const name of ['initdb', 'postgres']) fs.writeFileSync(path.join(folder, name), '');
      return folder;
    };
    const packages = path.join(directory, 'packages');
    const search = ['', path.join(directory, 'empty'), path.join(directory, 'path')].join(path.delimiter);
    assert.equal(findPostgres({ packages, search }), undefined);
    const elsewhere = install('path');
    assert.equal(findPostgres({ packages, search }), elsewhere);
    install('packages', '9.6', 'bin');
    const newest = install('packages', '15', 'bin');
    // Clients only, as postgresql-client leaves them.
    fs.mkdirSync(path.join(packages, '17', 'bin'), { recursive: true });
    assert.equal(findPostgres({ packages, search }), newest);
    assert.equal(findPostgres({ packages, search, only: elsewhere }), elsewhere);
    assert.equal(findPostgres({ packages, search, only: directory }), undefined);
  },
);

test('where it is not installed its apps are skipped with a word, and counted', async (t) => {
  const directory = temporaryDirectory(t);
  const { code, stdout } = await run(
    [path.join(root, 'corpus', 'run.js'), '--only', 'pg-directory', '--node', '20'],
    {
      env: { HEAP_ANALYZER_POSTGRES: directory, HEAP_ANALYZER_CACHE: path.join(directory, 'cache') },
    },
  );
  assert.equal(code, 0);
  const told = stdout.match(
    /^skip 20 db-pool\/pg-directory-(leak|fixed) .* PostgreSQL is not installed \(.*apt-get install postgresql\)$/gm,
  );
  assert.equal(told?.length, 2, stdout);
  assert.match(stdout, /^leaking apps: 0 of 0 right$/m);
  assert.deepEqual(countResults(stdout), { passed: 0, failed: 0, skipped: 2 });
});
