'use strict';

/**
 * What a binary says of itself: read by us, and by the tools of the system, which know it on their own. And which binaries
 * may be published.
 */

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { platformName } = require('../../lib/platform');
const { compareVersions, faults, glibcNeeded, readBinary } = require('../../scripts/release/binary');
const { binaryName, platformNamed } = require('../../scripts/release/platforms');
const { root } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

const platform = platformNamed(platformName());
// HEAP_ANALYZER_BINARY: the one that is published, see scripts/test.js.
const published = process.env.HEAP_ANALYZER_BINARY && path.resolve(root, process.env.HEAP_ANALYZER_BINARY);
const file = published || path.join(root, 'native', binaryName(platform));

/** A binary as far as its header goes. @param {string} format @param {number} machine */
function header(format, machine) {
  const bytes = Buffer.alloc(256);
  if (format === 'mach') {
    bytes.writeUInt32LE(0xfeedfacf, 0);
    bytes.writeUInt32LE(machine, 4);
  } else {
    bytes.write('MZ', 'latin1');
    bytes.writeUInt32LE(128, 60);
    bytes.write('PE\0\0', 128, 'latin1');
    bytes.writeUInt16LE(machine, 132);
  }
  return bytes;
}

test('the libraries and versions of symbols are those that objdump lists', () => {
  if (process.platform !== 'linux') return;
  const listed = execFileSync('objdump', ['-p', file], { encoding: 'utf8' });
  const binary = readBinary(file);
  assert.equal(binary.os, 'linux');
  assert.equal(binary.cpu, process.arch);
  assert.deepEqual(
    binary.libraries,
    [...listed.matchAll(/^ +NEEDED +(\S+)/gm)].map(([, name]) => name),
  );
  const versions = [...listed.matchAll(/^ +0x\w+ 0x\w+ \w+ (\S+)$/gm)].map(([, name]) => name);
  assert.ok(versions.length > 3);
  assert.deepEqual(binary.versions, [...new Set(versions)].sort());
});

test('what was built for publication is fit for it, and what a checkout built may not be', () => {
  const found = faults(file, platform);
  if (published) assert.deepEqual(found, []);
  const glibc = glibcNeeded(readBinary(file));
  if (platform.libc === 'glibc' && compareVersions(glibc, '2.28') > 0)
    assert.deepEqual(found, [`it needs glibc ${glibc}, and 2.28 is the newest that may be asked for`]);
  else assert.deepEqual(found, []);
});

test('binaries that were mixed up are told from each other', (t) => {
  const directory = temporaryDirectory(t);
  const written = (/** @type {string} */ name, /** @type {Buffer | string} */ content) => {
    fs.writeFileSync(path.join(directory, name), content);
    return path.join(directory, name);
  };
  const mac = written('mac', header('mach', 0x0100000c));
  assert.deepEqual(faults(mac, platformNamed('darwin-arm64')), []);
  assert.deepEqual(faults(mac, platformNamed('darwin-x64')), [
    'it is for darwin arm64, not for macOS x64 (Intel)',
  ]);
  const windows = written('windows', header('pe', 0x8664));
  assert.deepEqual(faults(windows, platformNamed('win32-x64-msvc')), []);
  assert.deepEqual(faults(windows, platformNamed('win32-arm64-msvc')), [
    'it is for win32 x64, not for Windows arm64',
  ]);
  assert.match(faults(windows, platformNamed('linux-x64-gnu'))[0], /^it is for win32 x64, not for Linux x64/);
  assert.throws(() => readBinary(written('text', 'x'.repeat(100))), /no binary of Linux, macOS or Windows/);
  assert.throws(() => readBinary(written('empty', '')), /is no binary/);
  if (platform.name === 'linux-x64-gnu') {
    assert.ok(
      faults(file, platformNamed('linux-x64-musl')).includes('it needs glibc, which is not where musl is'),
    );
    assert.match(
      faults(file, platformNamed('linux-arm64-gnu'))[0],
      /^it is for linux x64, not for Linux arm64/,
    );
  }
});

test('versions are compared by their numbers', () => {
  const versions = ['2.3.4', '2.28', '2.3', '2.17', '2.2.5'];
  assert.deepEqual(versions.sort(compareVersions), ['2.2.5', '2.3', '2.3.4', '2.17', '2.28']);
  const binary = {
    os: 'linux',
    cpu: 'x64',
    libraries: [],
    versions: ['GCC_4.2.0', 'GLIBC_2.3.4', 'GLIBC_2.17'],
  };
  assert.equal(glibcNeeded(binary), '2.17');
  assert.equal(glibcNeeded({ ...binary, versions: [] }), undefined);
});
