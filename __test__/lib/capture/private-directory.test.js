'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const {
  FILE_NAME,
  makePrivateDirectory,
  namespaceTag,
  removePrivateDirectory,
  sweepLeftovers,
} = require('../../../lib/capture/private-directory');
const { temporaryDirectory } = require('../../helpers/temporary');

/** The id of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

function leftover(parent, name, contents = [FILE_NAME]) {
  const directory = path.join(parent, name);
  fs.mkdirSync(directory);
  for (const file of contents) fs.writeFileSync(path.join(directory, file), 'half a snapsh');
  return directory;
}

test('a private directory is ours alone and goes with its file', async (t) => {
  const parent = temporaryDirectory(t);
  const directory = await makePrivateDirectory(parent);
  if (process.platform !== 'win32') assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
  fs.writeFileSync(path.join(directory, FILE_NAME), 'x');
  await removePrivateDirectory(directory);
  assert.deepEqual(fs.readdirSync(parent), []);
  await removePrivateDirectory(directory); // once more is no error
});

test('no directory to make it in is an error of ours', async (t) => {
  const parent = temporaryDirectory(t);
  await assert.rejects(makePrivateDirectory(path.join(parent, 'missing')), {
    code: 'ERR_HEAP_NOT_FOUND',
    message: /^cannot write a snapshot in .*missing: no such file or directory \(ENOENT\)$/,
  });
});

test('sweeps what dead processes left, and nothing else', async (t) => {
  const parent = temporaryDirectory(t);
  const tag = namespaceTag();
  const dead = deadPid();
  leftover(parent, `.heap-analyzer-${tag}-${dead}-abcDEF`);
  leftover(parent, `.heap-analyzer-${tag}-${dead}-empty0`, []);
  const kept = [
    leftover(parent, `.heap-analyzer-${tag}-${process.pid}-alive0`),
    leftover(parent, `.heap-analyzer-${tag}-${dead}-notours`),
    leftover(parent, `.heap-analyzer-${dead}-abcDEF`),
    leftover(parent, 'somebody-elses'),
  ];
  // A file of the user's in such a directory keeps it, and is kept.
  const mixed = leftover(parent, `.heap-analyzer-${tag}-${dead}-mixed0`, ['mine.txt']);
  fs.writeFileSync(path.join(parent, `.heap-analyzer-${tag}-${dead}-afile0`), 'not a directory');
  await sweepLeftovers(parent);
  assert.deepEqual(
    fs.readdirSync(parent).sort(),
    [...kept, mixed, `.heap-analyzer-${tag}-${dead}-afile0`].map((name) => path.basename(name)).sort(),
  );
  assert.deepEqual(fs.readdirSync(mixed), ['mine.txt']);
});

test(
  'a symlink with such a name is not followed',
  { skip: process.platform === 'win32' && 'no symlinks' },
  async (t) => {
    const parent = temporaryDirectory(t);
    const elsewhere = leftover(parent, 'elsewhere');
    fs.symlinkSync(elsewhere, path.join(parent, `.heap-analyzer-${namespaceTag()}-${deadPid()}-link00`));
    await sweepLeftovers(parent);
    assert.deepEqual(fs.readdirSync(elsewhere), [FILE_NAME]);
  },
);

test('leftovers of another machine or container go by their age', async (t) => {
  const parent = temporaryDirectory(t);
  const foreign = namespaceTag() === '00000000' ? '11111111' : '00000000';
  const young = leftover(parent, `.heap-analyzer-${foreign}-1-young0`);
  const old = leftover(parent, `.heap-analyzer-${foreign}-1-older0`);
  const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
  fs.utimesSync(path.join(old, FILE_NAME), longAgo, longAgo);
  fs.utimesSync(old, longAgo, longAgo);
  await sweepLeftovers(parent);
  assert.deepEqual(fs.readdirSync(parent), [path.basename(young)]);
});

test('a directory that cannot be listed is not swept, and no error', async () => {
  await sweepLeftovers('/there/is/nothing/here');
});
