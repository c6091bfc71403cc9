// @ts-check
'use strict';

/**
 * The index through the command line: a second look says what the first one said, byte for byte, whatever became of
 * the index or the snapshot in between.
 */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');
const { analyze, inspectObject } = require('../..');
const { makePair } = require('../../fixtures/make');
const { runCli, executable, run } = require('../helpers/run');
const { sessionsText } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');

const posix = process.platform !== 'win32';

/** @param {import('node:test').TestContext} t @param {string} text */
function fixture(t, text = sessionsText(40)) {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, 'a.heapsnapshot');
  fs.writeFileSync(file, text);
  return { directory, file, cache: path.join(directory, 'cache') };
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
async function answer(args, env) {
  const { code, stdout, stderr } = await runCli(args, { env });
  assert.equal(stderr, '', args.join(' '));
  return { code, stdout };
}

/** @param {string} directory */
const indexes = (directory) => (fs.existsSync(directory) ? fs.readdirSync(directory).sort() : []);

test('every command says the same the second time', async (t) => {
  const { directory, file, cache } = fixture(t);
  const later = path.join(directory, 'b.heapsnapshot');
  fs.writeFileSync(later, sessionsText(80));
  const packed = path.join(directory, 'c.heapsnapshot.gz');
  fs.writeFileSync(packed, zlib.gzipSync(sessionsText(120)));
  const id = `@${JSON.parse((await answer(['analyze', file, '--json'])).stdout).biggest[0].node.id}`;
  const commands = [
    ['analyze', file],
    ['analyze', packed, '--sections', 'all', '--json'],
    ['analyze', packed, '--all', '--json'],
    ['inspect-object', packed, '--object-id', id, '--json'],
    ['compare', file, later, '--json'],
    ['compare', file, packed],
    ['find-leaks', '--snapshots', file, later, packed, '--json', '--trace-all-objects'],
    ['find-leaks', '--baseline', file, '--target', later],
  ];
  for (const command of commands) {
    const plain = await answer(command);
    for (let look = 0; look < 3; look++) {
      assert.deepEqual(await answer([...command, '--cache-dir', cache]), plain, command.join(' '));
    }
  }
  assert.equal(indexes(cache).length, 3);
  if (posix) {
    assert.equal(fs.statSync(cache).mode & 0o777, 0o700);
    for (const name of indexes(cache)) assert.equal(fs.statSync(path.join(cache, name)).mode & 0o777, 0o600);
  }
});

for (const node of [18, 20, 22, 24, 26]) {
  test(`snapshots of Node ${node}: from the index as from the file`, async (t) => {
    const cache = temporaryDirectory(t);
    const { base, target: last } = await makePair({ program: 'plain', node });
    const files = [base, last];
    const plain = await answer(['analyze', last, '--json', '--sections', 'all']);
    const ids = JSON.parse(plain.stdout).biggest.map((/** @type {any} */ { node: { id } }) => `@${id}`);
    const commands = [
      ['analyze', last, '--json', '--sections', 'all'],
      ...ids
        .slice(0, 4)
        .map((/** @type {string} */ id) => ['inspect-object', last, '--object-id', id, '--json']),
      ['compare', files[0], last, '--json'],
      ['find-leaks', '--snapshots', ...files, '--json'],
    ];
    for (const command of commands) {
      const without = await answer(command);
      assert.deepEqual(await answer([...command, '--cache-dir', cache]), without, command.join(' '));
      assert.deepEqual(await answer([...command, '--cache-dir', cache]), without, command.join(' '));
    }
  });
}

test('a damaged index, wherever it is damaged: the same answers, and it is made again', async (t) => {
  const { file, cache } = fixture(t);
  const analysis = ['analyze', file, '--json', '--sections', 'all'];
  const inspection = ['inspect-object', file, '--object-id', '1', '--json'];
  const [plain, inspected] = [await answer(analysis), await answer(inspection)];
  const options = { cache };
  await analyze(file, { ...options, sections: ['hints', 'packages', 'duplicates'] });
  await inspectObject(file, 1, options);
  const index = path.join(cache, indexes(cache)[0]);
  const whole = fs.readFileSync(index);
  let seed = 12345;
  const random = (/** @type {number} */ below) => (seed = (seed * 1103515245 + 12345) % 0x80000000) % below;
  for (let round = 0; round < 12; round++) {
    const bytes = Buffer.from(whole);
    for (let flip = 0; flip < 40; flip++) bytes[random(bytes.length)] ^= 1 << random(8);
    fs.writeFileSync(index, round === 11 ? bytes.subarray(0, bytes.length / 2) : bytes);
    const first = round % 2 ? analysis : inspection;
    assert.deepEqual(await answer([...first, '--cache-dir', cache]), first === analysis ? plain : inspected);
    assert.deepEqual(await answer([...analysis, '--cache-dir', cache]), plain);
  }
  assert.notDeepEqual(fs.readFileSync(index), whole.subarray(0, whole.length / 2));
});

test('a snapshot that changed is read again', async (t) => {
  const { file, cache } = fixture(t);
  for (const sessions of [10, 30, 20]) {
    fs.writeFileSync(file, sessionsText(sessions));
    const plain = await answer(['analyze', file, '--json']);
    assert.deepEqual(await answer(['analyze', file, '--json', '--cache-dir', cache]), plain);
    assert.deepEqual(await answer(['analyze', file, '--json', '--cache-dir', cache]), plain);
  }
  fs.writeFileSync(file, '{"snapshot":');
  const broken = await runCli(['analyze', file, '--cache-dir', cache]);
  assert.equal(broken.code, 2);
  assert.match(broken.stderr, /truncated/);
});

test('two processes at once', async (t) => {
  const { file, cache } = fixture(t);
  const plain = await answer(['analyze', file, '--json']);
  const looks = Array.from({ length: 6 }, () => answer(['analyze', file, '--json', '--cache-dir', cache]));
  for (const look of await Promise.all(looks)) assert.deepEqual(look, plain);
  assert.deepEqual(await answer(['analyze', file, '--json', '--cache-dir', cache]), plain);
  assert.equal(indexes(cache).length, 1);
});

test('where it may be is decided by options, then the environment; small files get none unasked', async (t) => {
  const { directory, file, cache } = fixture(t);
  await answer(['analyze', file], { HEAP_ANALYZER_CACHE: '' });
  assert.deepEqual(indexes(directory), ['a.heapsnapshot']);
  await answer(['analyze', file, '--no-cache'], { HEAP_ANALYZER_CACHE: cache });
  await answer(['analyze', file, '--no-cache', '--cache-dir', cache]);
  await answer(['analyze', file], { HEAP_ANALYZER_CACHE: 'off' });
  assert.deepEqual(indexes(cache), []);
  await answer(['analyze', file], { HEAP_ANALYZER_CACHE: cache });
  assert.equal(indexes(cache).length, 1);
  await answer(['analyze', file, '--cache-dir', `${cache}2`], { HEAP_ANALYZER_CACHE: 'off' });
  assert.equal(indexes(`${cache}2`).length, 1);
  // From a pipe: nothing to come back to.
  const piped = await run([executable, 'analyze', '-', '--cache-dir', `${cache}3`], {
    input: fs.readFileSync(file),
  });
  assert.equal(piped.code, 0);
  assert.deepEqual(indexes(`${cache}3`), []);
});

test('a program asks for it, and gets it beside the file', async (t) => {
  const { directory, file, cache } = fixture(t);
  const plain = await analyze(file);
  assert.deepEqual(await analyze(file, { cache: false }), plain);
  assert.deepEqual(indexes(directory), ['a.heapsnapshot']);
  assert.deepEqual(await analyze(file, { cache: true }), plain);
  assert.deepEqual(indexes(directory), ['a.heapsnapshot', 'a.heapsnapshot.heapindex']);
  assert.deepEqual(await analyze(file, { cache: true }), plain);
  assert.deepEqual(await analyze(file, { cache }), plain);
  assert.equal(indexes(cache).length, 1);
  // The same file under another name: the answer tells the one that was asked for.
  const relative = path.relative(process.cwd(), file);
  assert.equal((await analyze(relative, { cache: true })).snapshots[0].path, relative);
  await assert.rejects(analyze(file, /** @type {any} */ ({ cache: 7 })), { code: 'ERR_HEAP_USAGE' });
});

test('a disk without room, or one that cannot be written to: no index, and nothing else', async (t) => {
  const { file } = fixture(t);
  const plain = await answer(['analyze', file, '--json']);
  for (const options of ['size=64k', 'ro']) {
    const directory = temporaryDirectory(t);
    const mounted =
      posix && spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', directory]).status === 0;
    if (!mounted) return t.skip('mounting a tmpfs is not permitted here');
    try {
      for (const cache of [directory, path.join(directory, 'deep')]) {
        assert.deepEqual(await answer(['analyze', file, '--json', '--cache-dir', cache]), plain);
        assert.deepEqual(
          indexes(directory).filter((name) => name !== 'deep'),
          [],
        );
      }
    } finally {
      spawnSync('umount', [directory]);
    }
  }
});
