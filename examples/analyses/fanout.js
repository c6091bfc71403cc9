'use strict';
// The objects that refer to most others: node fanout.js heap.heapsnapshot

const { openSnapshot } = require('heap-analyzer');

/** V8's own bookkeeping is nobody's object; the store of an array is the array's, whose elements it shows too. */
const BOOKKEEPING = new Set(['array', 'code', 'hidden', 'native', 'object shape', 'synthetic']);

async function fanout(file, { top = 50, ...options } = {}) {
  const snapshot = await openSnapshot(file, options);
  const { firstEdges, types } = snapshot.columns;
  const isBookkeeping = snapshot.typeNames.map((name) => BOOKKEEPING.has(name));
  const found = [];
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    const references = firstEdges[ordinal + 1] - firstEdges[ordinal];
    if (references > 100 && !isBookkeeping[types[ordinal]]) found.push({ ordinal, references });
  }
  for (const collection of snapshot.nodes({ type: 'object', class: /^(Map|Set)$/ })) {
    // What is in it hangs on its table.
    const table = [...collection.edges()].find(({ kind, name }) => kind === 'internal' && name === 'table');
    const references = table?.to.edgeCount ?? 0;
    if (references > 100) found.push({ ordinal: collection.ordinal, references });
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
