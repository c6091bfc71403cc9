'use strict';
// Collections that are larger in every snapshot: node unbound-collections.js 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot

const { openSnapshot } = require('heap-analyzer');

async function unboundCollections(files, { top = 20, ...options } = {}) {
  /** Entries in each snapshot so far, by id. @type {Map<number, { heldBy?: string, class: string, entries: number[] }>} */
  let growing = new Map();
  for (const [index, file] of files.entries()) {
    const snapshot = await openSnapshot(file, { prepare: false, ...options });
    const { collections } = await snapshot.collections({ top: 1e9 });
    snapshot.close();
    const grown = new Map();
    for (const { node, slots, heldBy } of collections) {
      const entries = growing.get(node.id)?.entries ?? [];
      // What comes later is new since; what was there has to be larger now.
      const isLarger = entries.length === index && (index === 0 || slots > entries[index - 1]);
      if (isLarger) grown.set(node.id, { heldBy, class: node.class, entries: [...entries, slots] });
    }
    growing = grown;
  }
  const growth = ({ entries }) => entries[entries.length - 1] - entries[0];
  return [...growing]
    .map(([id, told]) => ({ id, ...told }))
    .sort((a, b) => growth(b) - growth(a))
    .slice(0, top);
}

module.exports = { unboundCollections };
if (require.main === module) unboundCollections(process.argv.slice(2)).then(console.table);
