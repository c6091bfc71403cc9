// @ts-check
'use strict';

/**
 * When what is alive was made. V8 counts object ids up; a recording of allocations (`.heaptimeline`, or a snapshot taken
 * while the inspector tracked objects) notes now and then which id was the last. So an object belongs to the first of those
 * notes whose id is not below its own, as in DevTools' timeline. What was made and is gone is not in a snapshot.
 */

const fs = require('node:fs');
const zlib = require('node:zlib');

const KEY = Buffer.from('"samples"');
/** A sample takes some 20 characters, and one is taken twenty times a second: days of it. */
const LONGEST = 64 * 1024 * 1024;
/** Classes that are told of an interval. */
const CLASSES = 50;

/**
 * The notes of a file. They stand between two arrays of numbers, so they are looked for as text: a string of the heap has
 * its quotes escaped, and cannot be taken for them.
 * @param {string} file
 * @param {AbortSignal} [signal]
 * @returns {Promise<Array<{ timeUs: number, lastId: number }>>} none where nothing was recorded, or it cannot be read
 */
async function samplesOf(file, signal) {
  try {
    return parse(await textOf(file, signal));
  } catch (error) {
    if (signal?.aborted) throw error;
    // The engine says what is wrong with a file; here there are no notes.
    return [];
  }
}

/**
 * @param {string} file
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} what stands between the brackets
 */
async function textOf(file, signal) {
  const raw = fs.createReadStream(file, /** @type {any} */ ({ highWaterMark: 1 << 20, signal }));
  const unpacking = await unpacker(file);
  const stream = unpacking ? raw.on('error', (error) => unpacking.destroy(error)).pipe(unpacking) : raw;
  let kept = Buffer.alloc(0);
  let found = false;
  for await (const chunk of stream) {
    const bytes = kept.length > 0 ? Buffer.concat([kept, chunk]) : chunk;
    if (!found) {
      const at = bytes.indexOf(KEY);
      // The key may be cut by the end of the chunk.
      kept = at === -1 ? bytes.subarray(-KEY.length) : bytes.subarray(at);
      found = at !== -1;
    } else kept = bytes;
    if (!found) continue;
    const end = kept.indexOf(']');
    if (end !== -1) return kept.toString('latin1', kept.indexOf('[') + 1, end);
    if (kept.length > LONGEST) break;
  }
  return '';
}

/** @param {string} file */
async function unpacker(file) {
  const handle = await fs.promises.open(file);
  const { buffer: first } = await handle.read(Buffer.alloc(4), 0, 4, 0).finally(() => handle.close());
  if (first[0] === 0x1f && first[1] === 0x8b) return zlib.createGunzip();
  if (first.readUInt32LE(0) !== 0xfd2fb528) return null;
  /** @type {any} */
  const { createZstdDecompress } = zlib; // not before Node 22.15
  if (!createZstdDecompress) throw new Error('this Node cannot unpack zstd');
  return createZstdDecompress();
}

/** @param {string} text */
function parse(text) {
  const numbers = text.split(',').map(Number);
  const samples = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    const [timeUs, lastId] = [numbers[at], numbers[at + 1]];
    const before = samples[samples.length - 1];
    if (!Number.isFinite(timeUs) || !Number.isFinite(lastId)) return [];
    // V8 notes no id that is smaller than one before; a file that does has no order to go by.
    if (before && (lastId < before.lastId || timeUs < before.timeUs)) return [];
    samples.push({ timeUs, lastId });
  }
  return samples;
}

/**
 * What is alive, by the interval in which it was made.
 * @param {import('../objects/snapshot').HeapSnapshot} snapshot
 * @param {Array<{ timeUs: number, lastId: number }>} samples
 */
function timelineOf(snapshot, samples) {
  const { ids, selfSizes } = snapshot.columns;
  const last = samples.map(({ lastId }) => lastId);
  const intervals = samples.map(({ timeUs }) => ({ endMs: timeUs / 1000, count: 0, selfSize: 0 }));
  const after = { count: 0, selfSize: 0 };
  for (let node = 0; node < ids.length; node++) {
    const size = selfSizes[node];
    if (size === 0) continue;
    const interval = intervals[firstFrom(last, ids[node])] ?? after;
    interval.count++;
    interval.selfSize += size;
  }
  return { intervals, after };
}

/**
 * The classes of what was made in one interval.
 * @param {import('../objects/snapshot').HeapSnapshot} snapshot
 * @param {Array<{ timeUs: number, lastId: number }>} samples
 * @param {number} interval
 */
function intervalOf(snapshot, samples, interval) {
  const { ids, selfSizes, classes } = snapshot.columns;
  const [from, to] = [samples[interval - 1]?.lastId ?? -1, samples[interval].lastId];
  /** @type {Map<number, { count: number, selfSize: number, sample: number, largest: number }>} */
  const sums = new Map();
  for (let node = 0; node < ids.length; node++) {
    const size = selfSizes[node];
    if (size === 0 || ids[node] <= from || ids[node] > to) continue;
    const sum = sums.get(classes[node]);
    if (!sum) sums.set(classes[node], { count: 1, selfSize: size, sample: ids[node], largest: size });
    else {
      sum.count++;
      sum.selfSize += size;
      if (size > sum.largest) [sum.largest, sum.sample] = [size, ids[node]];
    }
  }
  const rows = [...sums].map(([number, { count, selfSize, sample }]) => ({
    name: snapshot.classNames[number],
    key: snapshot.classKeys[number],
    count,
    selfSize,
    largest: sample,
  }));
  rows.sort((a, b) => b.selfSize - a.selfSize || (a.key < b.key ? -1 : 1));
  return { classCount: rows.length, classes: rows.slice(0, CLASSES) };
}

/** The first position whose value is not below one. @param {number[]} values @param {number} wanted */
function firstFrom(values, wanted) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

module.exports = { samplesOf, timelineOf, intervalOf };
