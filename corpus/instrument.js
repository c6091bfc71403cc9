// @ts-check
// Loaded into an app before its own code (`node -r`): takes snapshots when the parent asks for one. Small, and
// without listeners or timers of its own beyond that, because everything here is in the heap that is judged.
'use strict';

const v8 = require('node:v8');

// Without its driver an app has nobody to end it.
process.on('disconnect', () => process.exit());

// Finalizers, and what they free in turn, run between collections.
const turn = () => new Promise((resolve) => setImmediate(resolve));

process.on('message', async (/** @type {{ snapshot: string }} */ { snapshot }) => {
  for (let k = 0; k < 4; k++) {
    await turn();
    globalThis.gc?.();
  }
  const memory = process.memoryUsage();
  v8.writeHeapSnapshot(snapshot);
  process.send?.({ memory });
});
