// @ts-check
'use strict';

/**
 * watchMemory: watches the memory of this process from inside. Documented for users in index.d.ts.
 */

const { takeHeapSnapshot } = require('../capture');
const { memoryLedger } = require('./ledger');
const { otelMetrics, promMetrics, reportTo } = require('./metrics');
const { snapshotNearHeapLimit } = require('./near-heap-limit');
const { readWatchOptions } = require('./options');
const { Watch } = require('./watch');

const DEFAULTS = { every: 60_000, coolDown: 10 * 60_000, maxSnapshots: 5, warmUp: 0 };

/** @param {string} message */
const warn = (message) => process.emitWarning(message, 'HeapAnalyzerWarning');

/** @param {unknown} options */
function watchMemory(options) {
  const read = readWatchOptions(options);
  const { every, coolDown, maxSnapshots, warmUp } = { ...DEFAULTS, ...read };
  const {
    heapUsedAbove,
    rssAbove,
    growthAbove,
    snapshot = false,
    onAlert,
    gauge,
    nearHeapLimit,
    signal,
  } = read;
  const rules = { heapUsedAbove, rssAbove, growthAbove, warmUp, coolDown, maxSnapshots };
  const watch = new Watch(rules, {
    ledger: memoryLedger,
    now: () => performance.now(),
    capture: !snapshot
      ? null
      : (kind) => takeHeapSnapshot(undefined, { reason: `alert-${kind}`, ...snapshot }),
    onAlert: /** @type {any} */ (onAlert),
    gauge: /** @type {any} */ (gauge),
    report: reportTo,
    warn,
  });
  // Never the reason why a process does not end.
  const timer = setInterval(() => void watch.look(), every).unref();
  const stop = () => {
    clearInterval(timer);
    signal?.removeEventListener('abort', stop);
  };
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  if (nearHeapLimit) {
    snapshotNearHeapLimit(nearHeapLimit).catch((error) => warn(/** @type {Error} */ (error).message));
  }
  return {
    stop,
    check: () => watch.look(),
    get baseline() {
      return watch.baseline ?? null;
    },
  };
}

module.exports = { watchMemory, memoryLedger, promMetrics, otelMetrics, snapshotNearHeapLimit };
