// @ts-check
// DevTools with one of its bugs mended. Where we are right and DevTools is not, saying so is not enough: the
// worker is run again with exactly this change of a few lines, and every figure must then agree. That proves
// the named bug to be the only difference. Which snapshots may use which mend is exceptions.js's to say.
'use strict';

const SNAPSHOT = 'entrypoints/heap_snapshot_worker/HeapSnapshot.ts';
const LOADER = 'entrypoints/heap_snapshot_worker/HeapSnapshotLoader.ts';
const ARRAYS = 'core/platform/TypedArrayUtilities.ts';

/**
 * @typedef {object} Patch
 * @property {string} file
 * @property {string} find text that stands there exactly once
 * @property {string} replace
 */

/** @type {Patch[]} */
const PATCHES = [
  // merged-rows: the internal key is the public one, so classes that share it are one class from the start.
  {
    file: SNAPSHOT,
    find: `      return this.classIndex();
    }
    const location`,
    replace: `      return mends.has('merged-rows') ? ',' + this.className() : this.classIndex();
    }
    const location`,
  },
  {
    file: SNAPSHOT,
    find: `:
                      this.classIndex();`,
    replace: `:
                      mends.has('merged-rows') ? ',' + this.className() : this.classIndex();`,
  },
  // wide-sizes: numbers of the node table keep all their bits.
  {
    file: ARRAYS,
    find: `    return new BasicBigUint32ArrayImpl(length);`,
    replace: `    return mends.has('wide-sizes') ? new WideArrayImpl(length) : new BasicBigUint32ArrayImpl(length);`,
  },
  {
    file: ARRAYS,
    find: `class SplitBigUint32ArrayImpl implements`,
    replace: `class WideArrayImpl extends Float64Array implements BigUint32Array {
  getValue(index: number): number {
    return this[index];
  }
  setValue(index: number, value: number): void {
    this[index] = value;
  }
  asUint32ArrayOrFail(): Uint32Array {
    return Uint32Array.from(this);
  }
  asArrayOrFail(): number[] {
    throw new Error('Not an array');
  }
}

class SplitBigUint32ArrayImpl implements`,
  },
  {
    file: SNAPSHOT,
    find: `    const nodeSelfSizes = new Uint32Array(nodeCount);`,
    replace: `    const nodeSelfSizes = new (mends.has('wide-sizes') ? Float64Array : Uint32Array)(nodeCount);`,
  },
  // element-index: a minus sign is read, and the index is the 32 bits it stands for.
  {
    file: LOADER,
    find: `      const startIndex = index;`,
    replace: `      const minus = mends.has('element-index') && index > 0 && this.#json.charCodeAt(index - 1) === 45;
      const startIndex = minus ? index - 1 : index;`,
  },
  {
    file: LOADER,
    find: `this.#array.setValue(this.#arrayIndex++, nextNumber);`,
    replace: `this.#array.setValue(this.#arrayIndex++, minus ? 2 ** 32 - nextNumber : nextNumber);`,
  },
  // trace-count: as many trace infos as there are, instead of as many as were counted before the last came.
  {
    file: LOADER,
    find: `          this.#snapshot.snapshot.meta.trace_function_info_fields.length *
              this.#snapshot.snapshot.trace_function_count);`,
    replace: `          mends.has('trace-count') ? undefined : this.#snapshot.snapshot.meta.trace_function_info_fields.length *
              this.#snapshot.snapshot.trace_function_count);`,
  },
  {
    file: LOADER,
    find: `traceFunctionInfos.asUint32ArrayOrFail();`,
    replace: `mends.has('trace-count') ? Uint32Array.from(traceFunctionInfos) : traceFunctionInfos.asUint32ArrayOrFail();`,
  },
  // base-names: a row that only the base has is called what its key says.
  {
    file: SNAPSHOT,
    find: `      result[classKey] = {name: node.className(), indexes, ids, selfSizes};`,
    replace: `      const name = mends.has('base-names') ? aggregate.name : node.className();
      result[classKey] = {name, indexes, ids, selfSizes};`,
  },
  // root-elsewhere: all nodes are all nodes, also those before the root.
  {
    file: SNAPSHOT,
    find: `    return new HeapSnapshotNodeIterator(this.rootNode());`,
    replace: `    return new HeapSnapshotNodeIterator(mends.has('root-elsewhere') ? this.createNode(0) : this.rootNode());`,
  },
  // lone-surrogates: half a character is shown as the replacement character, as in every text we print. What is
  // equal and what is not stays as it is, since only classes' and nodes' shown names pass here.
  {
    file: SNAPSHOT,
    find: `    return this.snapshot.strings[this.classIndex()];`,
    replace: `    const name = this.snapshot.strings[this.classIndex()];
    return mends.has('lone-surrogates') ? name.toWellFormed() : name;`,
  },
  {
    file: SNAPSHOT,
    find: `  override name(): string {
    const snapshot = this.snapshot;`,
    replace: `  override name(): string {
    return mends.has('lone-surrogates') ? this.exactName().toWellFormed() : this.exactName();
  }

  exactName(): string {
    const snapshot = this.snapshot;`,
  },
  // No mend but quiet: unreachable nodes are ordinary here, and their lists of hundreds would hide the results.
  {
    file: SNAPSHOT,
    find: `          console.warn(formatProblemReport(this, problemReport));`,
    replace: `          formatProblemReport(this, problemReport);`,
  },
];

/** The switches, by the names of the exceptions they belong to. */
const MENDS = [
  'merged-rows',
  'wide-sizes',
  'element-index',
  'trace-count',
  'base-names',
  'root-elsewhere',
  'lone-surrogates',
];

/**
 * @param {string} file
 * @returns {Patch[]}
 */
function patchesFor(file) {
  return PATCHES.filter((patch) => patch.file === file);
}

module.exports = { MENDS, patchesFor };
