// @ts-check
'use strict';

/**
 * Which of the platform packages fits this process: `linux-x64-gnu` and so on, as the napi tools name them.
 *
 * On Linux that is a question about the C library this very process was linked with, not about the distribution: a
 * glibc Node runs on Alpine with a compatibility layer, and a musl one anywhere. So the process's own executable is
 * asked which program loads it. That is two short reads; the diagnostic report knows it too, but takes longer to write
 * than the whole engine takes to load, and starting `ldd` takes longer still.
 */

const fs = require('node:fs');

/** Platforms with a package of their own; `npm/` holds one folder for each, `napi.targets` the compiler's names. */
const PUBLISHED = [
  'linux-x64-gnu',
  'linux-x64-musl',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
  'win32-arm64-msvc',
];

/** @typedef {'gnu' | 'musl'} CLibrary */

/**
 * This process's platform by the name that its binary and its package bear.
 * @returns {string}
 */
function platformName() {
  const name = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32') return `${name}-msvc`;
  return process.platform === 'linux' ? `${name}-${cLibrary()}` : name;
}

/**
 * @param {string[]} [executables] only tests ask about others than ours
 * @returns {CLibrary}
 */
function cLibrary(executables = [process.execPath, '/proc/self/exe']) {
  for (const file of executables) {
    const loader = programLoader(file);
    if (loader?.includes('/ld-musl-')) return 'musl';
    if (loader?.includes('/ld-linux')) return 'gnu';
  }
  return cLibraryOfReport();
}

/**
 * What loads a program before it runs, e.g. `/lib64/ld-linux-x86-64.so.2`: the PT_INTERP entry of its ELF header.
 * @param {string} file
 * @returns {string | undefined} undefined where there is none (linked statically) or no such file
 */
function programLoader(file) {
  let descriptor;
  try {
    descriptor = fs.openSync(file, 'r');
    const header = readAt(descriptor, 0, 64);
    // 64 bits, little-endian: all platforms with a binary are.
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) return undefined;
    const size = header.readUInt16LE(54);
    const count = header.readUInt16LE(56);
    const entries = readAt(descriptor, Number(header.readBigUInt64LE(32)), size * count);
    for (let at = 0; at < entries.length; at += size) {
      if (entries.readUInt32LE(at) !== PT_INTERP) continue;
      const length = Math.min(Number(entries.readBigUInt64LE(at + 32)), LONGEST_PATH);
      const path = readAt(descriptor, Number(entries.readBigUInt64LE(at + 8)), length);
      return path.toString('latin1').split('\0', 1)[0];
    }
    return undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

const PT_INTERP = 3;
const LONGEST_PATH = 4096;

/** @param {number} descriptor @param {number} position @param {number} length */
function readAt(descriptor, position, length) {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, position));
}

/** Where the executable cannot be read: the diagnostic report. @returns {CLibrary} */
function cLibraryOfReport() {
  /** @type {any} */
  const { report } = process;
  if (!report) return 'gnu';
  // Otherwise it looks up the name of every peer of every open socket.
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  const { header, sharedObjects = [] } = report.getReport();
  report.excludeNetwork = before;
  if (header.glibcVersionRuntime) return 'gnu';
  return sharedObjects.some((/** @type {string} */ name) => /ld-musl-|libc\.musl-/.test(name))
    ? 'musl'
    : 'gnu';
}

module.exports = { PUBLISHED, cLibrary, platformName, programLoader };
