// @ts-check
'use strict';

/**
 * A snapshot that comes packed, brought into the form that is wanted: many tools, Chrome DevTools among them, read
 * plain ones only.
 */

const fs = require('node:fs/promises');
const { createReadStream, createWriteStream } = require('node:fs');
const { Transform } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const zlib = require('node:zlib');
const { HeapAnalyzerError } = require('../../errors');

/** @typedef {import('../names').Packing} Packing */

/** Real snapshots unpack to some fourteen times their size; what exceeds this is made to fill a disk. */
const LARGEST_RATIO = 256;
const FREE_BYTES = 64 << 20;

/**
 * What the content is packed with, by its first bytes.
 * @param {string} file
 * @returns {Promise<Packing | false>}
 */
async function packingIn(file) {
  const handle = await fs.open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    if (buffer.readUInt16BE(0) === 0x1f8b) return 'gzip';
    return buffer.readUInt32BE(0) === 0x28b52ffd ? 'zstd' : false;
  } finally {
    await handle.close();
  }
}

/**
 * @param {string} file
 * @param {Packing | false} wanted
 * @param {{ scratch: string, signal?: AbortSignal }} options a name in the same directory that is free
 * @returns {Promise<{ packed: boolean }>} whether the file is packed as wanted; otherwise it is plain now
 */
async function settlePacking(file, wanted, { scratch, signal }) {
  const found = await packingIn(file);
  if (!found) return { packed: false };
  if (found === wanted) return { packed: true };
  const { size } = await fs.stat(file);
  let left = size * LARGEST_RATIO + FREE_BYTES;
  const bounded = new Transform({
    transform(chunk, _, done) {
      left -= chunk.length;
      if (left >= 0) return done(null, chunk);
      done(
        new HeapAnalyzerError(
          'ERR_HEAP_TOO_LARGE',
          'the packed snapshot unpacks to more than any snapshot does',
        ),
      );
    },
  });
  const output = createWriteStream(scratch, { flags: 'wx', mode: 0o600 });
  await pipeline(createReadStream(file), unpacker(found), bounded, output, { signal });
  await fs.rename(scratch, file);
  return { packed: false };
}

/** @param {Packing} packing */
function unpacker(packing) {
  if (packing === 'gzip') return zlib.createGunzip();
  /** @type {any} */
  const { createZstdDecompress } = zlib;
  if (createZstdDecompress) return createZstdDecompress();
  throw new HeapAnalyzerError(
    'ERR_HEAP_UNSUPPORTED',
    `the snapshot comes packed with zstd, which ${process.version} cannot unpack: keep it so, under a name that ends with .zst`,
  );
}

module.exports = { settlePacking };
