// @ts-check
'use strict';

/**
 * The columns of an open heap: one typed array for each figure, by node or by edge, fetched when it is first asked for.
 *
 * They are copies, made once. JavaScript has no arrays that nobody can write to, so arrays that lie over the engine's
 * own memory would let a slip of the pen, or a buffer that is transferred, change or crash what the engine reads. So
 * they are the program's: to sort, to overwrite, to keep after the snapshot is closed.
 */

/** By node, by edge, and where the rows of each node begin. The engine knows them by their numbers in this list too. */
const NAMES = /** @type {const} */ ([
  ...['types', 'names', 'ids', 'selfSizes', 'retainedSizes', 'distances', 'dominators', 'classes'],
  ...[
    'detachedness',
    'firstEdges',
    'edgeKinds',
    'edgeNames',
    'edgeTargets',
    'firstRetainers',
    'retainerEdges',
  ],
]);

class HeapColumns {
  /** @type {import('./heap').Heap} */
  #heap;

  /** @param {import('./heap').Heap} heap */
  constructor(heap) {
    this.#heap = heap;
  }

  /**
   * Fetches a column and puts it in the place of its getter.
   * @param {HeapColumns} columns
   * @param {string} name
   */
  static fetch(columns, name) {
    const value = columns.#heap.fetch(name);
    Object.defineProperty(columns, name, { value, enumerable: true });
    return value;
  }
}

for (const name of NAMES) {
  Object.defineProperty(HeapColumns.prototype, name, {
    get() {
      return HeapColumns.fetch(this, name);
    },
    enumerable: true,
    configurable: true,
  });
}

module.exports = { HeapColumns, NAMES };
