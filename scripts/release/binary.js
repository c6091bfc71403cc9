// @ts-check
/**
 * What a built addon says of itself: for which system and processor it is, which libraries it needs, and how new their
 * symbols are. Eight binaries with nearly one name travel through a release; the header cannot be mistaken for another.
 * Read here rather than by `readelf`, which knows one of the three formats and is not on every machine.
 */
'use strict';

const fs = require('node:fs');

/**
 * @typedef {object} Binary
 * @property {'linux' | 'darwin' | 'win32'} os
 * @property {string} cpu
 * @property {string[]} libraries that the system has to bring (ELF only)
 * @property {string[]} versions of symbols that it needs of them, e.g. `GLIBC_2.17` (ELF only)
 */

/** @type {Record<number, string>} */
const ELF_MACHINES = { 62: 'x64', 183: 'arm64' };
/** @type {Record<number, string>} */
const MACH_MACHINES = { 0x01000007: 'x64', 0x0100000c: 'arm64' };
/** @type {Record<number, string>} */
const PE_MACHINES = { 0x8664: 'x64', 0xaa64: 'arm64' };

/**
 * @param {string} file
 * @returns {Binary}
 */
function readBinary(file) {
  const bytes = fs.readFileSync(file);
  if (bytes.length < 64) throw new Error(`${file} is no binary`);
  if (bytes.readUInt32BE(0) === 0x7f454c46) return readElf(bytes);
  if (bytes.readUInt32LE(0) === 0xfeedfacf)
    return {
      os: 'darwin',
      cpu: MACH_MACHINES[bytes.readUInt32LE(4)] ?? 'unknown',
      libraries: [],
      versions: [],
    };
  if (bytes.toString('latin1', 0, 2) === 'MZ') {
    const header = bytes.readUInt32LE(60);
    if (bytes.toString('latin1', header, header + 4) === 'PE\0\0')
      return {
        os: 'win32',
        cpu: PE_MACHINES[bytes.readUInt16LE(header + 4)] ?? 'unknown',
        libraries: [],
        versions: [],
      };
  }
  throw new Error(`${file} is no binary of Linux, macOS or Windows`);
}

const SECTION_DYNAMIC = 6;
const SECTION_VERSIONS_NEEDED = 0x6ffffffe;
const DYNAMIC_NEEDED = 1n;

/** @param {Buffer} bytes @returns {Binary} */
function readElf(bytes) {
  const sections = sectionsOf(bytes);
  /** The text at an offset of the strings that a section is linked to. */
  const text = (/** @type {Section} */ section, /** @type {number} */ offset) => {
    const start = sections[section.link].offset + offset;
    return bytes.toString('latin1', start, bytes.indexOf(0, start));
  };
  const libraries = [];
  const versions = [];
  for (const section of sections) {
    if (section.type === SECTION_DYNAMIC) {
      for (let at = section.offset; at < section.offset + section.size; at += 16) {
        if (bytes.readBigUInt64LE(at) === DYNAMIC_NEEDED)
          libraries.push(text(section, Number(bytes.readBigUInt64LE(at + 8))));
      }
    } else if (section.type === SECTION_VERSIONS_NEEDED) {
      // A list of libraries, each with a list of versions; the entries say how far it is to the next one.
      for (let at = section.offset, library = 0; library < section.info; library++) {
        let version = at + bytes.readUInt32LE(at + 8);
        for (let left = bytes.readUInt16LE(at + 2); left > 0; left--) {
          versions.push(text(section, bytes.readUInt32LE(version + 8)));
          version += bytes.readUInt32LE(version + 12);
        }
        at += bytes.readUInt32LE(at + 12);
      }
    }
  }
  return {
    os: 'linux',
    cpu: ELF_MACHINES[bytes.readUInt16LE(18)] ?? 'unknown',
    libraries,
    versions: [...new Set(versions)].sort(),
  };
}

/**
 * @typedef {{ type: number, offset: number, size: number, link: number, info: number }} Section
 * @param {Buffer} bytes of an ELF file of 64 bits
 * @returns {Section[]}
 */
function sectionsOf(bytes) {
  const start = Number(bytes.readBigUInt64LE(40));
  const size = bytes.readUInt16LE(58);
  return Array.from({ length: bytes.readUInt16LE(60) }, (_, index) => {
    const at = start + index * size;
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: Number(bytes.readBigUInt64LE(at + 24)),
      size: Number(bytes.readBigUInt64LE(at + 32)),
      link: bytes.readUInt32LE(at + 40),
      info: bytes.readUInt32LE(at + 44),
    };
  });
}

/**
 * The newest glibc that any symbol asks for, e.g. `2.17`.
 * @param {Binary} binary
 * @returns {string | undefined} undefined where it needs none of it
 */
function glibcNeeded({ versions }) {
  return versions
    .flatMap((version) => /^GLIBC_([\d.]+)$/.exec(version)?.[1] ?? [])
    .sort(compareVersions)
    .pop();
}

/** @param {string} a @param {string} b */
function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The oldest glibc on which Node itself runs: what we need must not be newer. */
const OLDEST_GLIBC = '2.28';

/**
 * What is wrong with a binary as the one of a platform, in a sentence each; nothing where it may be published.
 * @param {string} file
 * @param {import('./platforms').Platform} platform
 * @returns {string[]}
 */
function faults(file, platform) {
  const binary = readBinary(file);
  const found = [];
  if (binary.os !== platform.os || binary.cpu !== platform.cpu)
    found.push(`it is for ${binary.os} ${binary.cpu}, not for ${platform.title}`);
  const glibc = glibcNeeded(binary);
  if (platform.libc === 'musl' && (glibc !== undefined || binary.libraries.includes('libc.so.6')))
    found.push('it needs glibc, which is not where musl is');
  if (platform.libc === 'glibc' && !binary.libraries.includes('libc.so.6'))
    found.push(`it does not need glibc, but ${binary.libraries.join(', ') || 'nothing'}`);
  if (platform.libc === 'glibc' && glibc !== undefined && compareVersions(glibc, OLDEST_GLIBC) > 0)
    found.push(`it needs glibc ${glibc}, and ${OLDEST_GLIBC} is the newest that may be asked for`);
  return found;
}

module.exports = { OLDEST_GLIBC, compareVersions, faults, glibcNeeded, readBinary };
