'use strict';
// Collections that are larger in every snapshot: node unbound-collections.js 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot

const { openSnapshot } = require('heap-analyzer');

/** `entries` has `null` for fewer than 100. */
async function unboundCollections(files, { top = 20, ...options } = {}) {
  /** Entries from this snapshot on, by id. @type {Map<number, { heldBy?: string, class: string, entries: Array<number | null> }>} */
  let growing;
  // From the last one back: only what is large in the end can be without a bound.
  for (const file of [...files].reverse()) {
    const snapshot = await openSnapshot(file, { prepare: false, ...options });
    const { collections } = await snapshot.collections({ top: 1e9 });
    growing ??= new Map(
      collections.map(({ node, heldBy }) => [node.id, { heldBy, class: node.class, entries: [] }]),
    );
    const slotsOf = new Map(collections.map(({ node, slots }) => [node.id, slots]));
    for (const [id, { entries }] of growing) {
      // Fewer than 100 are not told. What is not there is new since.
      const slots = slotsOf.get(id) ?? null;
      const isSmaller = entries.length === 0 || (slots ?? 0) < (entries[0] ?? 1);
      if (snapshot.has(id) && isSmaller) entries.unshift(slots);
      else growing.delete(id);
    }
    snapshot.close();
  }
  const growth = ({ entries }) => entries[entries.length - 1] - (entries[0] ?? 0);
  return [...growing]
    .map(([id, told]) => ({ id, ...told }))
    .sort((a, b) => growth(b) - growth(a))
    .slice(0, top);
}

module.exports = { unboundCollections };
if (require.main === module) unboundCollections(process.argv.slice(2)).then(console.table);
