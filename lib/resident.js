// @ts-check
'use strict';

/**
 * What the process as a whole did while the heap was watched.
 *
 * A container is killed for its resident memory, and that can grow while V8's heap does not: buffers, native modules,
 * fragmentation of the allocator. A snapshot knows nothing of it, but the sidecars that our captures write do. So
 * where every snapshot of a series has one, the growth of the process is told, and how much of it the heap explains.
 */

const { readMeta } = require('./capture/meta');

/** Growth of a process that is worth telling: this much, and this part of what it had. */
const LEAST_BYTES = 16 * 1024 * 1024;
const LEAST_PART = 0.1;
/** Memory that taking a snapshot needs, and that the allocator may keep. */
const CAPTURE_BYTES_PER_NODE = 320;
/** The heap explains growth when at least this part of it is the heap's. */
const EXPLAINS = 0.5;

/**
 * @typedef {object} Memory bytes
 * @property {number} rss resident memory of the process
 * @property {number} heapTotal of that, what V8 has for its heap
 * @property {number} heapUsed of that, what is in use
 * @property {number} external memory of native objects that JavaScript objects own, array buffers among them
 * @property {number} arrayBuffers of that, array buffers
 * @property {number} unexplained what is neither heap nor external: native modules, the allocator's leftovers, code
 */

/**
 * @param {Array<import('./native').Input>} inputs
 * @returns {Promise<any>} null where a snapshot has no sidecar with figures
 */
async function residentOf(inputs) {
  const metas = await Promise.all(
    inputs.map((input) => (typeof input === 'string' ? readMeta(input) : null)),
  );
  const perSnapshot = metas.map(memoryOf);
  if (perSnapshot.includes(null)) return null;
  const nodes = Math.max(...metas.map((meta) => meta?.nodeCount ?? Infinity));
  return judgeResident(/** @type {Memory[]} */ (perSnapshot), nodes * CAPTURE_BYTES_PER_NODE);
}

/**
 * @param {import('./capture/meta').Sidecar | null} meta
 * @returns {Memory | null}
 */
function memoryOf(meta) {
  const { rss, heapTotal, heapUsed, external, arrayBuffers = 0 } = meta?.memoryUsage ?? {};
  if (rss === undefined || heapTotal === undefined || heapUsed === undefined || external === undefined)
    return null;
  const unexplained = Math.max(0, rss - heapTotal - external);
  return { rss, heapTotal, heapUsed, external, arrayBuffers, unexplained };
}

/**
 * @param {Memory[]} perSnapshot at least two
 * @param {number} [captureBytes] what taking one of them may have left behind
 */
function judgeResident(perSnapshot, captureBytes = 0) {
  const first = perSnapshot[0];
  const last = perSnapshot[perSnapshot.length - 1];
  const delta = /** @type {Memory} */ (
    Object.fromEntries(
      Object.keys(first).map((key) => {
        const name = /** @type {keyof Memory} */ (key);
        return [name, last[name] - first[name]];
      }),
    )
  );
  const grew = delta.rss >= Math.max(LEAST_BYTES, first.rss * LEAST_PART);
  const sure = grew && wentOn(perSnapshot, captureBytes);
  const inHeap = Math.max(delta.heapUsed, 0) >= delta.rss * EXPLAINS;
  const verdict = !grew ? 'steady' : inHeap ? 'in-heap' : sure ? 'outside-heap' : 'unclear';
  return { verdict, sentence: sentenceOf(verdict, first, last, delta), perSnapshot, delta };
}

/**
 * Whether what is outside of the heap also grew after the second snapshot, and by more than taking one may leave
 * behind: what all came in the first interval proves little. What JavaScript objects own is known exactly.
 * @param {Memory[]} perSnapshot
 * @param {number} captureBytes
 */
function wentOn(perSnapshot, captureBytes) {
  if (perSnapshot.length < 3) return false;
  const second = perSnapshot[1];
  const last = perSnapshot[perSnapshot.length - 1];
  const telling = Math.max(LEAST_BYTES, second.rss * LEAST_PART) / 2;
  const owned = last.external - second.external;
  const rest = last.unexplained - second.unexplained - captureBytes;
  return owned >= telling || rest >= telling;
}

/**
 * @param {'steady' | 'in-heap' | 'outside-heap' | 'unclear'} verdict
 * @param {Memory} first
 * @param {Memory} last
 * @param {Memory} delta
 */
function sentenceOf(verdict, first, last, delta) {
  const mb = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  const more = (/** @type {number} */ bytes) => `${bytes < 0 ? '−' : '+'}${mb(Math.abs(bytes))}`;
  const resident = `resident memory went ${mb(first.rss)} → ${mb(last.rss)}`;
  if (verdict === 'steady') return `The process is steady: ${resident}.`;
  if (verdict === 'in-heap')
    return `The process grew with its heap: ${resident}, of which ${more(delta.heapUsed)} is V8's heap in use.`;
  const native = delta.external - delta.arrayBuffers;
  const parts = [
    `array buffers ${more(delta.arrayBuffers)}`,
    `other native objects of JavaScript ${more(native)}`,
    `unexplained ${more(delta.unexplained)} (native modules, the allocator's leftovers)`,
  ];
  const grew = `${resident}, V8's heap in use ${more(delta.heapUsed)}; ${parts.join(', ')}.`;
  return verdict === 'outside-heap'
    ? `Memory grows outside of V8's heap: ${grew}`
    : `Memory may grow outside of V8's heap, or be left over from taking the first snapshot, which needs a lot; a third ` +
        `one under load tells: ${grew}`;
}

module.exports = { residentOf, judgeResident };
