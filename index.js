// @ts-check
'use strict';

/**
 * The public face: what `require('heap-analyzer')` and `import { … } from 'heap-analyzer'` give. Types and
 * documentation are in index.d.ts.
 *
 * Each name is loaded when somebody takes it: who wants to open a snapshot does not wait for the modules of the endpoint,
 * of captures and alerts. `import` takes all of them.
 */

/** @type {Record<string, () => Record<string, unknown>>} where each name is */
const WHERE = {
  analyze: () => require('./lib/analysis'),
  compare: () => require('./lib/analysis'),
  findLeaks: () => require('./lib/leaks'),
  assertNoLeaks: () => require('./lib/assert-no-leaks'),
  inspectObject: () => require('./lib/inspect'),
  openSnapshot: () => require('./lib/objects/open'),
  HeapSnapshot: () => require('./lib/objects/snapshot'),
  HeapNode: () => require('./lib/objects/graph'),
  HeapEdge: () => require('./lib/objects/graph'),
  takeHeapSnapshot: () => require('./lib/capture'),
  takeHeapSnapshotFrom: () => require('./lib/capture/remote'),
  estimateHeapSnapshot: () => require('./lib/capture'),
  estimateHeapSnapshotFrom: () => require('./lib/capture/remote'),
  listThreads: () => require('./lib/capture/remote'),
  onSignal: () => require('./lib/capture/signal'),
  adoptNodeSnapshots: () => require('./lib/capture/adopt'),
  redactSnapshot: () => require('./lib/redact'),
  report: () => require('./lib/report'),
  heapSnapshotHandler: () => require('./lib/serve'),
  fastifyPlugin: () => require('./lib/serve'),
  koaMiddleware: () => require('./lib/serve'),
  healthHandler: () => require('./lib/serve'),
  watchMemory: () => require('./lib/watch'),
  memoryLedger: () => require('./lib/watch'),
  promMetrics: () => require('./lib/watch'),
  otelMetrics: () => require('./lib/watch'),
  snapshotNearHeapLimit: () => require('./lib/watch'),
  HeapAnalyzerError: () => require('./lib/errors'),
  version: () => require('./package.json'),
};

for (const [name, load] of Object.entries(WHERE)) {
  Object.defineProperty(exports, name, {
    enumerable: true,
    configurable: true,
    get() {
      const value = load()[name];
      // From now on a plain property, as whoever replaces it in a test expects.
      Object.defineProperty(exports, name, { value, enumerable: true, configurable: true, writable: true });
      return value;
    },
    set(value) {
      Object.defineProperty(exports, name, { value, enumerable: true, configurable: true, writable: true });
    },
  });
}

// Never run. Node finds the names for `import` by reading the text, and this is the form in which it sees them.
// oxlint-disable-next-line no-constant-condition, no-constant-binary-expression, no-unused-expressions
0 &&
  (module.exports = {
    analyze: null,
    compare: null,
    findLeaks: null,
    assertNoLeaks: null,
    inspectObject: null,
    openSnapshot: null,
    HeapSnapshot: null,
    HeapNode: null,
    HeapEdge: null,
    takeHeapSnapshot: null,
    takeHeapSnapshotFrom: null,
    estimateHeapSnapshot: null,
    estimateHeapSnapshotFrom: null,
    listThreads: null,
    onSignal: null,
    adoptNodeSnapshots: null,
    redactSnapshot: null,
    report: null,
    heapSnapshotHandler: null,
    fastifyPlugin: null,
    koaMiddleware: null,
    healthHandler: null,
    watchMemory: null,
    memoryLedger: null,
    promMetrics: null,
    otelMetrics: null,
    snapshotNearHeapLimit: null,
    HeapAnalyzerError: null,
    version: null,
  });
