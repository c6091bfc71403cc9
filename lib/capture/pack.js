// @ts-check
'use strict';

/**
 * Packs a finished snapshot inside of its private directory, on a thread of the engine's.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { runTask } = require('../engine');
const { HeapAnalyzerError } = require('../errors');
const { PACKED_NAME } = require('./private-directory');

/**
 * @param {string} file plain; removed when it is packed
 * @param {import('./names').Packing} format
 * @param {{ sha256: string, signal?: AbortSignal }} options the digest of the plain file
 * @returns {Promise<{ file: string, sizeBytes: number, sha256: string }>}
 */
async function packFile(file, format, { sha256, signal }) {
  const packed = path.join(path.dirname(file), PACKED_NAME);
  const made = await runTask((native, cancel) => native.pack(file, packed, format, cancel), { signal });
  if (made.contentSha256 !== sha256) {
    throw new HeapAnalyzerError('ERR_HEAP_IO', 'the packed snapshot does not unpack to what was packed');
  }
  await fs.unlink(file);
  return { file: packed, sizeBytes: made.sizeBytes, sha256: made.sha256 };
}

module.exports = { packFile };
