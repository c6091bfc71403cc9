'use strict';
// The objects that keep most alive: node object-size.js heap.heapsnapshot

const { openSnapshot } = require('heap-analyzer');

/** V8's own bookkeeping, and native memory but through the object that has it, is nobody's object. */
const WORTH_A_LOOK = [
  'object',
  'closure',
  'regexp',
  'string',
  'concatenated string',
  'sliced string',
  'symbol',
  'bigint',
];

async function objectSize(file, { top = 50, ...options } = {}) {
  const snapshot = await openSnapshot(file, { prepare: false, ...options });
  const objects = await snapshot.largest({ type: WORTH_A_LOOK }, { top });
  snapshot.close();
  return objects;
}

module.exports = { objectSize };
if (require.main === module) objectSize(process.argv[2]).then(console.table);
