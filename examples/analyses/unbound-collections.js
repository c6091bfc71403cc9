'use strict';
// Collections that are larger in every snapshot: node unbound-collections.js 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot

const { openSnapshot } = require('heap-analyzer');

/** `entries` has `null` for fewer than 100. */
async function unboundCollections(files, { top = 20, ...options } = {}) {
  const open = (file) => openSnapshot(file, { prepare: false, ...options });
  // From the last one back: only what is large in the end can be without a bound.
  const last = await open(files[files.length - 1]);
  const { ids, slots: most } = await last.collectionSizes();
  /** Entries from this snapshot on, by id. @type {Map<number, Array<number | null>>} */
  const growing = new Map(Array.from(ids, (id, index) => [id, [most[index]]]));
  for (const file of files.slice(0, -1).reverse()) {
    const snapshot = await open(file);
    const sizes = await snapshot.collectionSizes();
    const slotsOf = new Map(Array.from(sizes.ids, (id, index) => [id, sizes.slots[index]]));
    for (const [id, entries] of growing) {
      // Fewer than 100 are not told. What is not there is new since.
      const slots = slotsOf.get(id) ?? null;
      const isSmaller = (slots ?? 0) < (entries[0] ?? 1);
      if (isSmaller && (slots !== null || snapshot.has(id))) entries.unshift(slots);
      else growing.delete(id);
    }
    snapshot.close();
  }
  const size = (entries) => entries[entries.length - 1];
  const growth = (entries) => size(entries) - (entries[0] ?? 0);
  const told = [...growing].sort(([, a], [, b]) => growth(b) - growth(a) || size(b) - size(a)).slice(0, top);
  const named = told.map(([id, entries]) => {
    const { class: name, heldBy } = last.node(id);
    return { id, heldBy, class: name, entries };
  });
  last.close();
  return named;
}

module.exports = { unboundCollections };
if (require.main === module) unboundCollections(process.argv.slice(2)).then(console.table);
