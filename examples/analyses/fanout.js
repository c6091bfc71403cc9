'use strict';
// The objects that refer to most others: node fanout.js heap.heapsnapshot

const { openSnapshot } = require('heap-analyzer');

async function fanout(file, { top = 50, ...options } = {}) {
  const snapshot = await openSnapshot(file, options);
  const { firstEdges, types } = snapshot.columns;
  const isSynthetic = snapshot.typeNames.indexOf('synthetic');
  const found = [];
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    const references = firstEdges[ordinal + 1] - firstEdges[ordinal];
    if (references > 100 && types[ordinal] !== isSynthetic) found.push({ ordinal, references });
  }
  found.sort((a, b) => b.references - a.references);
  const told = found.slice(0, top).map(({ ordinal, references }) => {
    const { id, name, retainedSize } = snapshot.nodeAt(ordinal);
    return { id, name, references, retainedSize };
  });
  snapshot.close();
  return told;
}

module.exports = { fanout };
if (require.main === module) fanout(process.argv[2]).then(console.table);
