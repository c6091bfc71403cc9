'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { publish, refuseTaken } = require('../../../lib/capture/publish');
const { temporaryDirectory } = require('../../helpers/temporary');

/** A finished file, and the name it is to get. */
function prepare(t) {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, 'private');
  fs.writeFileSync(file, 'whole');
  return { directory, file, target: path.join(directory, 'target') };
}

/** What file systems without hard links do. */
const noLinks = async () => {
  throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
};

for (const [how, link] of [
  ['by hard link', undefined],
  ['without hard links', noLinks],
]) {
  test(`gives the name ${how}`, async (t) => {
    const { file, target } = prepare(t);
    await publish(file, target, { overwrite: false, link });
    assert.equal(fs.readFileSync(target, 'utf8'), 'whole');
  });

  test(`does not overwrite ${how}`, async (t) => {
    const { directory, file, target } = prepare(t);
    fs.writeFileSync(target, 'precious');
    await assert.rejects(publish(file, target, { overwrite: false, link }), {
      code: 'ERR_HEAP_EXISTS',
      message: `${target} exists already; choose another name or give the option \`overwrite: true\``,
    });
    assert.equal(fs.readFileSync(target, 'utf8'), 'precious');
    assert.deepEqual(fs.readdirSync(directory).sort(), ['private', 'target']);
  });

  test(
    `does not follow a symlink ${how}`,
    { skip: process.platform === 'win32' && 'no symlinks' },
    async (t) => {
      const { directory, file, target } = prepare(t);
      fs.symlinkSync(path.join(directory, 'victim'), target);
      await assert.rejects(publish(file, target, { overwrite: false, link }), { code: 'ERR_HEAP_EXISTS' });
      assert.ok(!fs.existsSync(path.join(directory, 'victim')));
    },
  );
}

test('overwrites when told to: the file itself, or a symlink but not what it leads to', async (t) => {
  const { directory, file, target } = prepare(t);
  const victim = path.join(directory, 'victim');
  fs.writeFileSync(victim, 'precious');
  if (process.platform === 'win32') fs.writeFileSync(target, 'old');
  else fs.symlinkSync(victim, target);
  await publish(file, target, { overwrite: true });
  assert.equal(fs.readFileSync(target, 'utf8'), 'whole');
  assert.equal(fs.readFileSync(victim, 'utf8'), 'precious');
});

test('the placeholder goes when the rename after it fails', async (t) => {
  const { directory, file, target } = prepare(t);
  const link = async () => {
    fs.unlinkSync(file); // so that the rename that follows has nothing to rename
    throw Object.assign(new Error('EPERM: x, link'), { code: 'EPERM' });
  };
  await assert.rejects(publish(file, target, { overwrite: false, link }), { code: 'ERR_HEAP_NOT_FOUND' });
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('what is taken is refused before anybody waits for a snapshot', async (t) => {
  const { directory, target } = prepare(t);
  await refuseTaken(target, false);
  if (process.platform === 'win32') fs.writeFileSync(target, 'old');
  else fs.symlinkSync(path.join(directory, 'nowhere'), target);
  await assert.rejects(refuseTaken(target, false), { code: 'ERR_HEAP_EXISTS' });
  await refuseTaken(target, true);
  await assert.rejects(refuseTaken(directory, true), { code: 'ERR_HEAP_IS_DIRECTORY' });
});
