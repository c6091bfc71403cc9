'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { loadNative, platformName } = require('../../lib/native');
const { root, runSource } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

/** What every sentence about a missing addon has to say. */
const advice =
  /^the native part of heap-analyzer is missing for [a-z0-9-]+: .*; run `npm install` in the checkout with Rust installed \(https:\/\/rustup\.rs\)$/;

test('the platform has the name that its binary has', () => {
  assert.match(platformName(), /^(linux-(x64|arm64)-(gnu|musl)|(darwin|win32)-(x64|arm64))$/);
});

test('a binding that is not there: which platform, what was tried, what to do', () => {
  assert.throws(
    () => loadNative(path.join(root, 'native', 'missing.js')),
    (error) => {
      assert.equal(error.code, 'ERR_HEAP_NO_ADDON');
      assert.match(error.message, advice);
      assert.ok(error.message.includes(`${path.join('native', 'missing.js')} is not there`));
      assert.equal(error.cause.code, 'MODULE_NOT_FOUND');
      return true;
    },
  );
});

test('a binding that cannot be loaded: the deepest reason is told', (t) => {
  const file = path.join(temporaryDirectory(t), 'binding.js');
  fs.writeFileSync(
    file,
    `throw new Error('Cannot find native binding. npm has a bug', {
       cause: new Error('first try', { cause: new Error('libc.so.6: version GLIBC_9 not found\\nmore') }),
     })`,
  );
  assert.throws(
    () => loadNative(file),
    (error) => {
      assert.equal(error.code, 'ERR_HEAP_NO_ADDON');
      assert.match(error.message, /could not be loaded \(libc\.so\.6: version GLIBC_9 not found\);/);
      return true;
    },
  );
});

test('a binding of another version is refused', (t) => {
  const file = path.join(temporaryDirectory(t), 'binding.js');
  fs.writeFileSync(file, `exports.version = () => '0.0.1';`);
  assert.throws(() => loadNative(file), {
    code: 'ERR_HEAP_NO_ADDON',
    message: /could not be loaded \(it is of version 0\.0\.1, the package of \d/,
  });
});

test('without the addon the package loads, and its functions say what is missing', async (t) => {
  const copy = path.join(temporaryDirectory(t), 'package');
  for (const name of ['index.js', 'package.json', 'lib']) {
    fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  }
  const source = `
    const { analyze, compare, takeHeapSnapshot, version } = require(${JSON.stringify(copy)});
    const tell = ({ code, message }) => console.log(code, message);
    (async () => {
      console.log(version);
      await analyze('x').catch(tell);
      await compare('x', 'y').catch(tell);
      await takeHeapSnapshot(${JSON.stringify(path.join(copy, 'x'))}).catch(tell);
    })()`;
  const { stdout, stderr } = await runSource(source);
  assert.equal(stderr, '');
  const [version, ...errors] = stdout.trim().split('\n');
  assert.equal(version, require('../../package.json').version);
  assert.equal(errors.length, 3);
  for (const line of errors) {
    // A copy without Cargo.toml is no checkout, so the advice is another.
    assert.match(line, /^ERR_HEAP_NO_ADDON the native part .* is not there; (reinstall|the package carries)/);
  }
  assert.deepEqual(fs.readdirSync(copy).sort(), ['index.js', 'lib', 'package.json']);
});
