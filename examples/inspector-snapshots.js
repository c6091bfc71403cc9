'use strict';
// Two snapshots through V8's inspector: before the work, and after it.

const { takeHeapSnapshot } = require('heap-analyzer');

(async () => {
  await takeHeapSnapshot('heap-baseline.heapsnapshot', { way: 'inspector' });
  // ... perform memory-intensive operations ...
  await takeHeapSnapshot('heap-after.heapsnapshot', { way: 'inspector' });
})();
