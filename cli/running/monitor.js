// @ts-check
'use strict';

/**
 * Looks at the memory of an app again and again, from outside, and raises alerts by the same rules as watchMemory() does
 * from inside: told once per cool-down, few snapshots a day.
 */

const { setTimeout: sleep } = require('node:timers/promises');
const { HeapAnalyzerError } = require('../../lib/errors');
const { Watch } = require('../../lib/watch/watch');

/** An endpoint that does not answer so often in a row is taken for gone: apps restart, and then come back. */
const SILENCES = 3;

/**
 * @typedef {import('../../lib/capture/remote/figures').Figures} Figures
 *
 * @typedef {object} Lines above which there is an alert
 * @property {number} [heapUsedAbove] bytes
 * @property {number} [rssAbove] bytes
 * @property {number} [growthAbove] share
 * @property {number} coolDown milliseconds
 * @property {number} maxSnapshots
 *
 * @typedef {object} World
 * @property {import('../../lib/capture/remote/figures').Reader} reader
 * @property {((reason: string) => Promise<any>) | null} capture
 * @property {number} intervalMs
 * @property {number} durationMs Infinity: until it is stopped
 * @property {AbortSignal} signal
 * @property {(sample: Sample) => void} onSample
 * @property {(alert: any) => unknown} onAlert
 *
 * @typedef {Figures & { at: string }} Sample
 * @typedef {{ samples: Sample[], alerts: any[], ended?: { at: string, why: string } }} Watched
 */

/**
 * @param {Lines} lines
 * @param {World} world
 * @returns {Promise<Watched>} when the time is over, the app is gone, or there was an interruption
 */
async function monitor(lines, { reader, capture, intervalMs, durationMs, signal, onSample, onAlert }) {
  const started = performance.now();
  /** @type {Watched} */
  const watched = { samples: [], alerts: [] };
  /** @type {Watch | null} */
  let watch = null;
  /** @type {Sample | undefined} */
  let sample;
  let silences = 0;
  for (let turn = 1; !signal.aborted; turn++) {
    try {
      const figures = await reader.read();
      silences = 0;
      // A new process begins anew: its growth is its own.
      if (sample && sample.pid !== figures.pid) watch = null;
      const now = { at: new Date().toISOString(), ...figures };
      sample = now;
      watched.samples.push(now);
      onSample(now);
      watch ??= new Watch(rulesFor(lines, now), {
        ledger: () => /** @type {any} */ (sample),
        now: () => performance.now(),
        capture,
        onAlert(alert) {
          const { memory: _, snapshotError, ...rest } = alert;
          const { code, message } = /** @type {any} */ (snapshotError ?? {});
          const failed = snapshotError ? { snapshotError: { code, message } } : {};
          const told = { at: new Date().toISOString(), pid: now.pid, ...rest, ...failed };
          watched.alerts.push(told);
          return onAlert(told);
        },
        gauge: undefined,
        report() {},
        warn() {},
      });
      await watch.look();
    } catch (error) {
      if (signal.aborted) break;
      // Never seen: then it is a mistake, and not the end of something.
      if (watch === null && watched.samples.length <= 1) throw error;
      const { code, message } = /** @type {any} */ (error);
      silences++;
      const gone = code === 'ERR_HEAP_NOT_FOUND' || reader.from !== 'endpoint';
      if (gone || silences === SILENCES) {
        const why = reader.from === 'inspector' ? 'its inspector does not answer any more' : message;
        watched.ended = { at: new Date().toISOString(), why };
        break;
      }
    }
    // By the clock, so that slow answers do not add up.
    const next = started + turn * intervalMs;
    if (next - started > durationMs) {
      await pause(durationMs - (performance.now() - started), signal);
      break;
    }
    await pause(next - performance.now(), signal);
  }
  return watched;
}

/**
 * @param {Lines} lines
 * @param {Sample} sample
 */
function rulesFor(lines, { heapUsed }) {
  if (heapUsed === null && lines.heapUsedAbove !== undefined) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_UNSUPPORTED',
      'how much of the heap is used is known to the inspector and our endpoint only: give --inspect, --endpoint ' +
        'or --allow-inspector, or watch the resident memory with --rss-above',
    );
  }
  return { ...lines, warmUp: 0, growthOf: heapUsed === null ? /** @type {const} */ ('rss') : undefined };
}

/** @param {number} milliseconds @param {AbortSignal} signal */
async function pause(milliseconds, signal) {
  await sleep(Math.max(0, milliseconds), undefined, { signal }).catch(() => {});
}

/**
 * @param {Sample[]} samples
 * @returns {Record<string, { first: number, last: number, min: number, max: number }>} of each figure that was told
 */
function summary(samples) {
  /** @type {Record<string, { first: number, last: number, min: number, max: number }>} */
  const all = {};
  for (const name of /** @type {const} */ (['rss', 'heapUsed', 'heapTotal', 'external', 'arrayBuffers'])) {
    const values = samples.flatMap((sample) => sample[name] ?? []);
    if (values.length === 0) continue;
    const [min, max] = values.reduce(
      ([low, high], it) => [Math.min(low, it), Math.max(high, it)],
      [Infinity, 0],
    );
    all[name] = { first: values[0], last: values[values.length - 1], min, max };
  }
  return all;
}

module.exports = { monitor, summary };
