'use strict';

/**
 * Snapshots from standard input: read by the engine as they come, whatever feeds them, and never waited for when it
 * should stop.
 */

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const zlib = require('node:zlib');
const { executable, runCli } = require('../helpers/run');
const { sessionsText } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);
const text = Buffer.from(sessionsText(300));
const file = path.join(directory, 'sessions.heapsnapshot');
const packed = `${file}.gz`;
fs.writeFileSync(file, text);
fs.writeFileSync(packed, zlib.gzipSync(text));

const posix = { skip: process.platform === 'win32' && 'no such shell' };

/** An answer without what depends on where the snapshot came from. */
function bare(stdout) {
  const { snapshots, ...rest } = JSON.parse(stdout);
  return { ...rest, snapshots: snapshots.map(({ path: _path, sizeBytes: _size, ...info }) => info) };
}

test('redirected, piped, unpacked on the way or not: the same answer', posix, async () => {
  const expected = bare((await runCli(['analyze', file, '--json'])).stdout);
  const ours = `"${process.execPath}" "${executable}"`;
  for (const command of [
    `${ours} analyze - --json < "${file}"`,
    `${ours} analyze - --json < "${packed}"`,
    `cat "${file}" | ${ours} analyze - --json`,
    `cat "${packed}" | ${ours} analyze - --json`,
    `gzip -dc "${packed}" | ${ours} analyze - --json`,
    `(head -c 1000 "${file}"; sleep 0.3; tail -c +1001 "${file}") | ${ours} analyze - --json`,
  ]) {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    assert.equal(status, 0, `${command}: ${stderr}`);
    assert.deepEqual(bare(stdout), expected, command);
  }
});

test('the size is that of what was piped in, and there is no path', async () => {
  const { stdout } = await runCli(['analyze', '-', '--json'], { input: fs.readFileSync(packed) });
  const [snapshot] = JSON.parse(stdout).snapshots;
  assert.equal(snapshot.sizeBytes, fs.statSync(packed).size);
  assert.ok(!('path' in snapshot));
});

test('hints come unasked in the text, as for a file', async () => {
  const [piped, named] = [await runCli(['analyze', '-'], { input: text }), await runCli(['analyze', file])];
  const afterFirstLine = (shown) => shown.slice(shown.indexOf('\n'));
  assert.equal(afterFirstLine(piped.stdout), afterFirstLine(named.stdout));
});

test('redact, and find-leaks that reads twice, take it from a pipe too', async () => {
  const copy = path.join(directory, 'copy.heapsnapshot');
  const redacted = await runCli(['redact', '-', copy, '--json'], { input: fs.readFileSync(packed) });
  assert.equal(redacted.code, 0, redacted.stderr);
  assert.ok(JSON.parse(fs.readFileSync(copy, 'utf8')).nodes.length > 0);
  const more = path.join(directory, 'more.heapsnapshot');
  fs.writeFileSync(more, sessionsText(400));
  const args = ['find-leaks', '--baseline', '-', '--target', more, '--trace-all-objects', '--json'];
  const found = await runCli(args, { input: text });
  assert.ok(JSON.parse(found.stdout).groups, found.stdout + found.stderr);
});

test('cut anywhere: truncated, exit code 2', async () => {
  for (const bytes of [text, fs.readFileSync(packed)]) {
    for (const share of [0.001, 0.3, 0.6, 0.99]) {
      const input = bytes.subarray(0, Math.max(20, Math.floor(bytes.length * share)));
      const { code, stdout } = await runCli(['analyze', '-', '--json'], { input });
      assert.equal(JSON.parse(stdout).error.code, 'ERR_HEAP_TRUNCATED', `${input.length} of ${bytes.length}`);
      assert.equal(code, 2);
    }
  }
});

test('both snapshots from the pipe is wrong usage', async () => {
  const { code, stderr } = await runCli(['compare', '-', '-'], { input: text });
  assert.equal(code, 2);
  assert.match(stderr, /only one of the two snapshots can be read from the pipe/);
});

test('a directory is none', posix, () => {
  const command = `"${process.execPath}" "${executable}" analyze - --json < "${directory}"`;
  const { stdout, status } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  assert.equal(JSON.parse(stdout).error.code, 'ERR_HEAP_IS_DIRECTORY');
  assert.equal(status, 2);
});

test('a pipe that stays silent: Ctrl-C is heard at once', posix, async () => {
  const child = spawn(process.execPath, [executable, 'analyze', '-'], { stdio: 'pipe' });
  child.stdin.on('error', () => {});
  child.stdin.write(text.subarray(0, 5000));
  // Long enough for the engine to wait for more.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const told = performance.now();
  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.once('exit', resolve));
  const late = performance.now() - told;
  child.stdin.destroy();
  assert.equal(code, 130);
  // 100 ms, and what a busy machine needs for ending a process.
  assert.ok(late < 1500, `${late} ms`);
});
