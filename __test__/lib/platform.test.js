'use strict';

/**
 * Telling the platforms apart, above all the two C libraries of Linux.
 */

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { cLibrary, platformName, programLoader } = require('../../lib/platform');
const { temporaryDirectory } = require('../helpers/temporary');

/**
 * An ELF file as far as its header goes, with one entry that names its loader.
 * @param {string} loader
 * @param {number} [wordSize] 2 for 64 bits
 */
function elf(loader, wordSize = 2) {
  const bytes = Buffer.alloc(256);
  bytes.write('\x7fELF', 'latin1');
  bytes[4] = wordSize;
  bytes[5] = 1;
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(2, 56);
  bytes.writeUInt32LE(6, 64);
  bytes.writeUInt32LE(3, 64 + 56);
  bytes.writeBigUInt64LE(200n, 64 + 56 + 8);
  bytes.writeBigUInt64LE(BigInt(loader.length), 64 + 56 + 32);
  bytes.write(loader, 200, 'latin1');
  return bytes;
}

test('the platform has the name that its binary has', () => {
  assert.match(platformName(), /^(linux-(x64|arm64)-(gnu|musl)|darwin-(x64|arm64)|win32-(x64|arm64)-msvc)$/);
});

test('the C library is that of the executable, whatever the distribution', (t) => {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, 'program');
  for (const [loader, library] of [
    ['/lib/ld-musl-x86_64.so.1', 'musl'],
    ['/lib/ld-musl-aarch64.so.1', 'musl'],
    ['/lib64/ld-linux-x86-64.so.2', 'gnu'],
    ['/lib/ld-linux-aarch64.so.1', 'gnu'],
    ['/nix/store/8h4n-glibc-2.38-77/lib/ld-linux-x86-64.so.2', 'gnu'],
  ]) {
    fs.writeFileSync(file, elf(`${loader}\0`));
    assert.equal(programLoader(file), loader);
    assert.equal(cLibrary([file]), library, loader);
  }
});

test('a file that says nothing passes the question on', (t) => {
  const directory = temporaryDirectory(t);
  const write = (/** @type {string} */ name, /** @type {Buffer | string} */ content) => {
    fs.writeFileSync(path.join(directory, name), content);
    return path.join(directory, name);
  };
  const silent = [
    path.join(directory, 'missing'),
    directory,
    write('empty', ''),
    write('script', '#!/bin/sh\nexec node "$@"\n'),
    write('32-bit', elf('/lib/ld-linux.so.2\0', 1)),
    write('cut', elf('/lib/ld-musl-x86_64.so.1\0').subarray(0, 70)),
  ];
  for (const file of silent) assert.equal(programLoader(file), undefined, file);
  assert.equal(cLibrary([...silent, write('musl', elf('/lib/ld-musl-x86_64.so.1\0'))]), 'musl');
  // In the end the diagnostic report of this process says it, and agrees with the executable.
  if (process.platform === 'linux') assert.equal(cLibrary(silent), cLibrary());
});

test('and the system agrees', () => {
  // On Linux it is what the program of the system that lists libraries says of Node itself.
  if (process.platform !== 'linux') return;
  const listed = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
  assert.equal(cLibrary(), /musl/.test(listed) ? 'musl' : 'gnu');
});
