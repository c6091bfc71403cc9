// @ts-check
'use strict';

/**
 * Says before a capture what it will cost, and refuses one that would get the process killed.
 *
 * The cost of a snapshot follows the number of nodes in the heap, and V8 counts them only while it makes one.
 * So the number is estimated, and everything that follows from it with it. The figures per node were measured
 * on Node 20, 22 and 24 and hold within about 30 %.
 */

const { HeapAnalyzerError } = require('../errors');

/** Average size of a node, bytes outside of the spaces for large objects. */
const BYTES_PER_NODE = 60;

/** A node and its edges in the file: 70 to 85 bytes on ordinary heaps, more where there are many texts. */
const FILE_BYTES_PER_NODE = 120;

/**
 * A worst case of many tiny objects has been seen to need this multiple of the heap.
 */
const WORST_HEAP_MULTIPLE = 9;

/**
 * @typedef {object} Estimate
 * @property {number} nodes
 * @property {number} pauseMs how long the event loop will stand still
 * @property {number} memoryBytes native memory beside the heap while the snapshot is made
 * @property {number} fileBytes
 * @property {number} heapUsed
 */

/**
 * @param {object} heap
 * @param {number} heap.heapUsed
 * @param {number} heap.largeObjectSpace used bytes of all large-object spaces: few nodes, many bytes
 * @param {number} nodeMajor
 * @param {number} [correction] real nodes per estimated one, learnt from the last capture
 * @returns {Estimate}
 */
function estimate({ heapUsed, largeObjectSpace }, nodeMajor, correction = 1) {
  const nodes = Math.round((Math.max(0, heapUsed - largeObjectSpace) / BYTES_PER_NODE) * correction);
  const [microseconds, bytes] = perNode(nodeMajor);
  return {
    nodes,
    pauseMs: Math.round((nodes * microseconds) / 1000),
    memoryBytes: nodes * bytes,
    fileBytes: nodes * FILE_BYTES_PER_NODE,
    heapUsed,
  };
}

/**
 * Microseconds and bytes that a node costs. Node 18 takes 5 to 9 µs on most heaps, but up to 70 for every string that
 * is unlike all others (300,000 of them: 22 s, where Node 22 takes 3); 10 is a compromise.
 * @param {number} nodeMajor
 */
function perNode(nodeMajor) {
  if (nodeMajor >= 24) return [2.7, 285];
  return nodeMajor >= 20 ? [4.2, 320] : [10, 320];
}

/**
 * How wrong the last estimate was, kept within bounds: one odd heap must not make all later ones look free.
 * @param {number} estimatedNodes without a correction
 * @param {number} realNodes
 */
function correctionFrom(estimatedNodes, realNodes) {
  if (!(estimatedNodes > 0 && realNodes > 0)) return 1;
  return Math.min(8, Math.max(0.5, realNodes / estimatedNodes));
}

/**
 * @param {Estimate} needed
 * @param {import('./memory').Available | null} memory null: unknown, and then no reason to refuse
 * @param {number | null} diskBytes free for us in the directory; null: unknown
 * @returns {{ refusal: string | null, warning: string | null }}
 */
function judge(needed, memory, diskBytes) {
  const heap = `a snapshot of this heap (${megabytes(needed.heapUsed)}, about ${needed.nodes} nodes)`;
  const pause = `a pause of about ${(needed.pauseMs / 1000).toFixed(1)} s`;
  if (memory && needed.memoryBytes > memory.bytes) {
    return {
      refusal:
        `${heap} needs about ${megabytes(needed.memoryBytes)} of memory beside the heap and ${pause}, ` +
        `but only ${megabytes(memory.bytes)} are available (${whose(memory)})`,
      warning: null,
    };
  }
  if (diskBytes !== null && needed.fileBytes > diskBytes) {
    return {
      refusal: `${heap} takes about ${megabytes(needed.fileBytes)} on disk, but only ${megabytes(diskBytes)} are free`,
      warning: null,
    };
  }
  const worst = needed.heapUsed * WORST_HEAP_MULTIPLE;
  const warning =
    memory && worst > memory.bytes
      ? `${heap} is expected to need ${megabytes(needed.memoryBytes)} of memory beside the heap; a heap of many ` +
        `small objects can need ${megabytes(worst)}, and only ${megabytes(memory.bytes)} are available (${whose(memory)})`
      : null;
  return { refusal: null, warning };
}

/** @param {import('./memory').Available} memory */
function whose({ limit, where }) {
  return limit === null ? 'on this host' : `limit ${megabytes(limit)} of ${where}`;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/**
 * @typedef {Estimate & { memory: import('./memory').Available | null, diskBytes: number | null } & ReturnType<typeof judge>} Report
 *
 * @param {Estimate} needed
 * @param {import('./memory').Available | null} memory
 * @param {number | null} diskBytes
 * @param {number} [maxBytes] the largest file that is wanted
 * @returns {Report}
 */
function report(needed, memory, diskBytes, maxBytes) {
  const judged = judge(needed, memory, diskBytes);
  if (!judged.refusal && maxBytes !== undefined && needed.fileBytes > maxBytes) {
    judged.refusal =
      `a snapshot of this heap (${megabytes(needed.heapUsed)}, about ${needed.nodes} nodes) takes about ` +
      `${megabytes(needed.fileBytes)} on disk, more than the \`maxBytes\` of ${megabytes(maxBytes)}`;
  }
  return { ...needed, memory, diskBytes, ...judged };
}

/**
 * Rejects with ERR_HEAP_CAPTURE when the capture would not fit; warns the process when it might not.
 * @param {Estimate} needed
 * @param {object} readers
 * @param {() => Promise<import('./memory').Available | null>} readers.memory
 * @param {() => Promise<number | null>} readers.disk
 * @param {number} [readers.maxBytes]
 * @param {(warning: string) => void} readers.warn
 */
async function preflight(needed, { memory, disk, maxBytes, warn }) {
  const judged = report(needed, await memory(), await disk(), maxBytes);
  if (judged.refusal) {
    const message = `${judged.refusal}; the option \`force: true\` captures anyway`;
    throw new HeapAnalyzerError('ERR_HEAP_CAPTURE', message, { preflight: judged });
  }
  if (judged.warning) warn(judged.warning);
}

module.exports = { estimate, correctionFrom, judge, report, preflight };
