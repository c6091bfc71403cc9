// @ts-check
/**
 * Lets a program start on an older C library than it was built with, where all that it lacks there is optional.
 *
 * The published binary of @heap-snapshot/tool asks for glibc 2.39 because of two functions that it uses where they are
 * there and does without where they are not; the loader refuses all the same, unless the need for that version is marked
 * as weak. So a copy is marked. It runs the same code.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** Of ELF, 64 bits, little endian: the section of versions that a program needs, and the mark of one it can do without. */
const VERSION_NEEDS = 0x6ffffffe;
const WEAK = 2;

/**
 * A copy of `program` beside it that can do without `version` of the C library, made once.
 * @param {string} program @param {string} version such as `GLIBC_2.39`
 * @returns {string}
 */
function withoutNeedOf(program, version) {
  const copy = `${program}-older-libc`;
  if (fs.existsSync(copy)) return copy;
  const elf = fs.readFileSync(program);
  for (const at of needs(elf, version)) elf.writeUInt16LE(WEAK, at + 4);
  // Under its name only when it is whole.
  const unfinished = path.join(path.dirname(copy), `.${path.basename(copy)}-${process.pid}`);
  fs.writeFileSync(unfinished, elf, { mode: 0o755 });
  fs.renameSync(unfinished, copy);
  return copy;
}

/**
 * Where the file says that it needs a version.
 * @param {Buffer} elf @param {string} version
 * @returns {Generator<number>}
 */
function* needs(elf, version) {
  const sections = Number(elf.readBigUInt64LE(0x28));
  const [size, count] = [elf.readUInt16LE(0x3a), elf.readUInt16LE(0x3c)];
  /** @param {number} index */
  const section = (index) => {
    const at = sections + index * size;
    const [offset, link] = [Number(elf.readBigUInt64LE(at + 0x18)), elf.readUInt32LE(at + 0x28)];
    return { type: elf.readUInt32LE(at + 4), offset, link };
  };
  for (const { type, offset, link } of Array.from({ length: count }, (_, index) => section(index))) {
    if (type !== VERSION_NEEDS) continue;
    const names = section(link).offset;
    // A library after another, each with its versions.
    for (let library = offset, next = -1; next !== 0; library += next) {
      const versions = elf.readUInt16LE(library + 2);
      next = elf.readUInt32LE(library + 12);
      let at = library + elf.readUInt32LE(library + 8);
      for (let index = 0; index < versions; index++) {
        const name = names + elf.readUInt32LE(at + 8);
        if (elf.toString('latin1', name, elf.indexOf(0, name)) === version) yield at;
        at += elf.readUInt32LE(at + 12);
      }
    }
  }
}

module.exports = { withoutNeedOf };
