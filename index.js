// @ts-check
'use strict';

/**
 * The public face: what `require('heap-analyzer')` and `import { … } from 'heap-analyzer'` give. Types and
 * documentation are in index.d.ts.
 *
 * The exports stand as one flat object of names, because that is the form in which Node finds them for `import`.
 */

const { analyze, compare } = require('./lib/analysis');
const { assertNoLeaks } = require('./lib/assert-no-leaks');
const { estimateHeapSnapshot, takeHeapSnapshot } = require('./lib/capture');
const { adoptNodeSnapshots } = require('./lib/capture/adopt');
const { estimateHeapSnapshotFrom, listThreads, takeHeapSnapshotFrom } = require('./lib/capture/remote');
const { onSignal } = require('./lib/capture/signal');
const { HeapAnalyzerError } = require('./lib/errors');
const { inspectObject } = require('./lib/inspect');
const { findLeaks } = require('./lib/leaks');
const { HeapEdge, HeapNode } = require('./lib/objects/graph');
const { HeapSnapshot, openSnapshot } = require('./lib/objects/snapshot');
const { redactSnapshot } = require('./lib/redact');
const { fastifyPlugin, healthHandler, heapSnapshotHandler, koaMiddleware } = require('./lib/serve');
const { memoryLedger, otelMetrics, promMetrics, snapshotNearHeapLimit, watchMemory } = require('./lib/watch');
const { report } = require('./lib/report');
const { version } = require('./package.json');

module.exports = {
  analyze,
  compare,
  findLeaks,
  assertNoLeaks,
  inspectObject,
  openSnapshot,
  HeapSnapshot,
  HeapNode,
  HeapEdge,
  takeHeapSnapshot,
  takeHeapSnapshotFrom,
  estimateHeapSnapshot,
  estimateHeapSnapshotFrom,
  listThreads,
  onSignal,
  adoptNodeSnapshots,
  redactSnapshot,
  report,
  heapSnapshotHandler,
  fastifyPlugin,
  koaMiddleware,
  healthHandler,
  watchMemory,
  memoryLedger,
  promMetrics,
  otelMetrics,
  snapshotNearHeapLimit,
  HeapAnalyzerError,
  version,
};
