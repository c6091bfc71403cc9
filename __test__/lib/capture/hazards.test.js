'use strict';

/**
 * What can happen to a capture from outside: a full disk, no permission, a kill, too little memory. Whatever it
 * is, under the final name stands a whole snapshot or nothing.
 */

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { analyze, takeHeapSnapshot } = require('../../..');
const { root, run, runSource } = require('../../helpers/run');
const { temporaryDirectory } = require('../../helpers/temporary');

const posix = process.platform !== 'win32';
const asRoot = process.getuid?.() === 0;

/** A process that captures to `target` with `options` and prints what came of it. */
const CAPTURE = `
  require(root).takeHeapSnapshot(process.env.TARGET, JSON.parse(process.env.OPTIONS || '{}')).then(
    () => console.log('taken'),
    ({ code, message }) => console.log(JSON.stringify({ code, message })),
  )`;

test('a file that may not grow: a sentence, and nothing left', { skip: !posix && 'no ulimit' }, async (t) => {
  const directory = temporaryDirectory(t);
  const source = `const root = ${JSON.stringify(root)};${CAPTURE}`;
  // Blocks of 512 or 1024 bytes, as the shell likes: far too few in both cases.
  const limited = ['-c', 'ulimit -f 200; exec "$0" -e "$1"', process.execPath, source];
  const env = { TARGET: path.join(directory, 'x') };
  const { stdout, stderr } = await run(limited, { command: 'sh', env });
  assert.equal(stderr, '');
  const { code, message } = JSON.parse(stdout);
  assert.equal(code, 'ERR_HEAP_IO');
  assert.match(message, /^cannot write a snapshot in .*: file too large \(EFBIG\)$/);
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('a full disk: refused beforehand; taken all the same with `force`, a sentence and nothing left', async (t) => {
  const directory = temporaryDirectory(t);
  const mounted =
    posix && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', directory]).status === 0;
  if (!mounted) return t.skip('mounting a tmpfs is not permitted here');
  try {
    const target = path.join(directory, 'x');
    await assert.rejects(takeHeapSnapshot(target), {
      code: 'ERR_HEAP_CAPTURE',
      message: /takes about [\d.]+ MB on disk, but only 1\.0 MB are free; the option `force: true`/,
    });
    await assert.rejects(takeHeapSnapshot(target, { force: true }), {
      code: 'ERR_HEAP_IO',
      message: /no space left on device \(ENOSPC\)$/,
    });
    assert.deepEqual(fs.readdirSync(directory), []);
    // Node forgets to close the file then; a disk that stayed full would be worse than no snapshot.
    const { bavail, blocks } = fs.statfsSync(directory);
    assert.equal(bavail, blocks);
  } finally {
    assert.equal(spawnSync('umount', [directory]).status, 0, 'somebody still has a file open there');
  }
});

test(
  'a directory without permission to write: a sentence, and no pause for it',
  { skip: !posix && 'no modes' },
  async (t) => {
    const directory = temporaryDirectory(t);
    fs.chmodSync(directory, 0o555);
    // Root may write everywhere; so the process becomes nobody once it has loaded what it needs.
    const drop = asRoot ? 'process.setgroups([]); process.setgid(65534); process.setuid(65534);' : '';
    const source = `require(root + '/lib/native').loadNative(); require(root); ${drop} ${CAPTURE}`;
    const { stdout, stderr } = await runSource(source, { env: { TARGET: path.join(directory, 'x') } });
    assert.equal(stderr, '');
    const { code, message } = JSON.parse(stdout);
    assert.equal(code, 'ERR_HEAP_PERMISSION');
    assert.match(message, /^cannot write a snapshot in .*: permission denied \(EACCES\)$/);
    assert.deepEqual(fs.readdirSync(directory), []);
  },
);

test(
  'killed at any moment: nothing half under the name, leftovers swept by the next capture',
  { skip: !posix && 'no SIGKILL' },
  async (t) => {
    const directory = temporaryDirectory(t);
    const target = path.join(directory, 'x');
    const source = `
    const root = ${JSON.stringify(root)};
    globalThis.heap = Array.from({ length: 200000 }, (_, i) => ({ i }));
    process.stdout.write('.');
    ${CAPTURE}`;
    let leftBehind = 0;
    for (const delay of [0, 30, 100, 200, 350, 500]) {
      const child = spawn(process.execPath, ['-e', source], {
        env: { ...process.env, TARGET: target, OPTIONS: '{"overwrite":true}' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
      if (fs.existsSync(target)) await analyze(target);
      leftBehind = Math.max(
        leftBehind,
        fs.readdirSync(directory).filter((name) => name.startsWith('.')).length,
      );
    }
    assert.ok(leftBehind > 0, 'no kill came in the middle: the test has to be adjusted');
    await takeHeapSnapshot(target, { overwrite: true });
    assert.deepEqual(fs.readdirSync(directory), ['x', 'x.meta.json']);
  },
);

test('a capture that would not fit into memory is refused with the numbers', async (t) => {
  const directory = temporaryDirectory(t);
  // The process believes to live in a container of 64 MB of which 60 are used.
  const pretend = `
    const fs = require('node:fs/promises');
    const { readFile } = fs;
    const files = {
      '/proc/self/cgroup': '0::/',
      '/proc/self/mountinfo': '31 24 0:28 / /cg rw - cgroup2 cgroup2 rw',
      '/cg/memory.max': '64000000',
      '/cg/memory.current': '60000000',
    };
    fs.readFile = async (file, ...rest) => files[file] ?? readFile(file, ...rest);
    Object.defineProperty(process, 'platform', { value: 'linux' });`;
  const env = { TARGET: path.join(directory, 'x') };
  const refused = await runSource(pretend + CAPTURE, { env });
  const { code, message } = JSON.parse(refused.stdout);
  assert.equal(code, 'ERR_HEAP_CAPTURE');
  assert.match(
    message,
    /needs about \d+ MB of memory.*only 4\.0 MB are available \(limit 64 MB of \/cg\); the option `force/,
  );
  assert.deepEqual(fs.readdirSync(directory), []);
  const forced = await runSource(pretend + CAPTURE, { env: { ...env, OPTIONS: '{"force":true}' } });
  assert.equal(forced.stdout, 'taken\n');
});
