'use strict';
// The objects that refer to most others: node fanout.js heap.heapsnapshot

const { openSnapshot } = require('heap-analyzer');

/** V8's own bookkeeping is nobody's object; the store of an array is the array's, whose elements it shows too. */
const BOOKKEEPING = new Set(['array', 'code', 'hidden', 'native', 'object shape', 'synthetic']);

async function fanout(file, { top = 50, ...options } = {}) {
  const snapshot = await openSnapshot(file, { prepare: false, ...options });
  const type = snapshot.typeNames.filter((name) => !BOOKKEEPING.has(name));
  const objects = await snapshot.largest({ type, minReferences: 101 }, { by: 'references', top });
  snapshot.close();
  return objects.map(({ id, name, references, retainedSize }) => ({ id, name, references, retainedSize }));
}

module.exports = { fanout };
if (require.main === module) fanout(process.argv[2]).then(console.table);
