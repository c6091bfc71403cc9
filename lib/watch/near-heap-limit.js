// @ts-check
'use strict';

/**
 * A snapshot just before a process dies of a full heap: V8 writes it by itself when it runs into its limit.
 *
 * It is the only picture of such a death, and it can be the death of the container: at that moment the heap is as
 * large as it gets, and the snapshot needs a multiple of that. So it is never on by default, and refused where that
 * multiple is not there.
 */

const v8 = require('node:v8');
const { nodeSnapshotDirectory } = require('../capture/node-options');
const { ownIsolate } = require('../capture/source');
const { HeapAnalyzerError } = require('../errors');
const { flag, integer, readOptions } = require('../options');

/** A heap of small objects has been seen to take this multiple of itself, beside itself. */
const WORST_MULTIPLE = 9;

/** V8 can be told once in a process. @type {{ count: number, directory: string } | undefined} */
let told;

/**
 * @param {unknown} [options]
 * @returns {Promise<{ count: number, directory: string }>}
 */
async function snapshotNearHeapLimit(options) {
  const { count = 1, force = false } = readOptions('snapshotNearHeapLimit', options, {
    count: integer(1, 16),
    force: flag,
  });
  if (told) return told;
  // The type declarations of Node 18 know it only since 18.10.
  const { setHeapSnapshotNearHeapLimit } = /** @type {any} */ (v8);
  if (typeof setHeapSnapshotNearHeapLimit !== 'function') {
    const what = `this runtime cannot write snapshots near its heap limit (${process.version})`;
    throw new HeapAnalyzerError('ERR_HEAP_UNSUPPORTED', what);
  }
  if (!force) refuseTooLarge(await ownIsolate.memory());
  setHeapSnapshotNearHeapLimit(count);
  told = { count, directory: nodeSnapshotDirectory() };
  return told;
}

/** @param {import('../capture/memory').Available | null} available */
function refuseTooLarge(available) {
  const { heap_size_limit: limit, used_heap_size: used } = v8.getHeapStatistics();
  const worst = limit - used + limit * WORST_MULTIPLE;
  if (!available || worst <= available.bytes) return;
  const whose = available.limit === null ? 'on this host' : `of ${available.where}`;
  throw new HeapAnalyzerError(
    'ERR_HEAP_CAPTURE',
    `a snapshot at the heap limit of ${megabytes(limit)} can need ${megabytes(worst)} more, and only ` +
      `${megabytes(available.bytes)} are available ${whose}: lower --max-old-space-size, or give \`force: true\``,
  );
}

/** @param {number} bytes */
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

module.exports = { snapshotNearHeapLimit };
