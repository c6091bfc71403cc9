// @ts-check
'use strict';

/**
 * A snapshot that stays open, as an object. Documented for users in index.d.ts.
 *
 * What is one look at a column is there at once; what goes over the whole heap is a promise and is worked out on other
 * threads. One thread's object: `close` stands on each one as a function of its own, which the structured clone
 * refuses, so that posting a snapshot to a worker fails where it is done and not where it is used.
 */

const { inspect } = require('node:util');
const { runTask } = require('../engine');
const { HeapAnalyzerError, badArgument } = require('../errors');
const { readObjectId } = require('../object-id');
const { abortSignal, callback, flag, integer, oneOf, readOptions, readPath } = require('../options');
const { HeapNode, nodeAt } = require('./graph');
const { Heap } = require('./heap');
const { forQuestion, ordinals, readFilter } = require('./select');

const MOST = 0xffffffff;
const rows = integer(0, MOST);
/** What every question that takes its time can be told. */
const WATCHED = { signal: abortSignal, onProgress: callback };

/** Rows that a list has unless somebody says otherwise. */
const LISTED = 100;
/** Entries from which on a collection is large. */
const LARGE = 100;
const readOrder = oneOf('retainedSize', 'selfSize', 'references');

/**
 * @param {string} functionName
 * @param {unknown} given
 * @returns {{ top: number, signal?: AbortSignal, onProgress?: (progress: any) => unknown }}
 */
const readListed = (functionName, given) => ({
  top: LISTED,
  ...readOptions(functionName, given, { top: rows, ...WATCHED }),
});

/**
 * @param {import('../native').Heap} native a heap that the engine has opened
 */
const snapshotOf = (native) => new HeapSnapshot(INSIDE, new Heap(native));

const INSIDE = Symbol('inside');

class HeapSnapshot {
  /** @type {Heap} */
  #heap;

  /**
   * @param {symbol} key
   * @param {Heap} heap
   */
  constructor(key, heap) {
    if (key !== INSIDE) throw new HeapAnalyzerError('ERR_HEAP_USAGE', 'snapshots come from openSnapshot()');
    this.#heap = heap;
    heap.snapshot = this;
    const { path, sizeBytes, nodeCount, edgeCount } = heap.info;
    /** @readonly @type {string | undefined} */
    this.path = path;
    /** @readonly */
    this.sizeBytes = sizeBytes;
    /** @readonly */
    this.nodeCount = nodeCount;
    /** @readonly */
    this.edgeCount = edgeCount;
    /** @readonly */
    this.close = () => heap.close();
  }

  get closed() {
    return this.#heap.isClosed;
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.close();
  }

  get columns() {
    return this.#heap.columns;
  }

  get typeNames() {
    return [...this.#heap.info.nodeTypes];
  }

  get edgeKindNames() {
    return [...this.#heap.info.edgeKinds];
  }

  get classNames() {
    return [...this.#heap.classes.names];
  }

  get classKeys() {
    return [...this.#heap.classes.keys];
  }

  /** @param {unknown} index */
  string(index) {
    return this.#heap.text(integer(0, MOST)(index, 'index'));
  }

  get root() {
    return this.#at(this.#heap.info.root);
  }

  /** @param {unknown} id */
  node(id) {
    const read = readObjectId(id);
    const heap = this.#heap;
    const ordinal = heap.look((native) => native.find(read));
    if (ordinal !== null) return this.#at(ordinal);
    throw new HeapAnalyzerError(
      'ERR_HEAP_NO_OBJECT',
      heap.look((native) => native.missing(read)),
    );
  }

  /** @param {unknown} id */
  has(id) {
    const read = readObjectId(id);
    return this.#heap.look((native) => native.find(read)) !== null;
  }

  /** @param {unknown} ordinal */
  nodeAt(ordinal) {
    const read = integer(0, MOST)(ordinal, 'ordinal');
    const { info } = this.#heap;
    this.#heap.checkOpen();
    if (read < info.nodeCount) return this.#at(read);
    throw new HeapAnalyzerError(
      'ERR_HEAP_NO_OBJECT',
      `there is no node ${read}: the snapshot has ${info.nodeCount}`,
    );
  }

  /** @param {unknown} [filter] */
  nodes(filter) {
    const read = readFilter(filter);
    // Here, since what a generator throws is thrown where the loop begins.
    this.#heap.checkOpen();
    return each(this.#heap, read);
  }

  roots() {
    /** @type {Set<number>} */
    const found = new Set();
    for (const { to } of this.root.edges()) {
      const isUsers = to.type !== 'synthetic' || to.name === '(Document DOM trees)';
      if (isUsers) found.add(to.ordinal);
    }
    return [...found].map((ordinal) => this.#at(ordinal));
  }

  /** @param {unknown} of */
  dominators(of) {
    const chain = [];
    for (let node = this.#resolve(of, 'of').dominator; node !== null; node = node.dominator) chain.push(node);
    return chain;
  }

  /** @param {unknown} [options] */
  async ready(options) {
    const watched = readOptions('ready', options, WATCHED);
    const { native } = this.#heap;
    await runTask((_, cancel, progress) => native.prepare(cancel, progress), watched);
  }

  /** @param {unknown} [options] */
  async classes(options) {
    return this.#ask({ ask: 'classes' }, readOptions('classes', options, WATCHED));
  }

  /** @param {unknown} [options] */
  async statistics(options) {
    return this.#ask({ ask: 'statistics' }, readOptions('statistics', options, WATCHED));
  }

  /** @param {unknown} [options] */
  async duplicateStrings(options) {
    const { top, ...watched } = readListed('duplicateStrings', options);
    return this.#ask({ ask: 'duplicates', top }, watched);
  }

  /** @param {unknown} [options] */
  async packages(options) {
    const { top = MOST, ...watched } = readOptions('packages', options, { top: rows, ...WATCHED });
    return this.#ask({ ask: 'packages', top }, watched);
  }

  /** @param {unknown} [options] */
  async findings(options) {
    const { sourceMaps, ...watched } = readOptions('findings', options, { sourceMaps: readPath, ...WATCHED });
    const findings = await this.#ask({ ask: 'findings' }, watched);
    await require('../places').addPlaces(findings, { sourceMaps });
    return findings;
  }

  /**
   * @param {unknown} of
   * @param {unknown} [options]
   */
  async inspect(of, options) {
    const {
      limit: top,
      hidden = false,
      rawPaths = false,
      textLimit,
      paths,
      ...watched
    } = readOptions('inspect', options, {
      limit: rows,
      textLimit: rows,
      paths: integer(1, 100),
      hidden: flag,
      rawPaths: flag,
      ...WATCHED,
    });
    const node = this.#resolve(of, 'of').ordinal;
    const answer = await this.#ask(
      { ask: 'inspect', node, top, textLimit, paths, hidden, rawPaths },
      watched,
    );
    await require('../inspect').addSources(answer);
    return answer;
  }

  /**
   * @param {unknown} of
   * @param {unknown} [options]
   */
  async paths(of, options) {
    const read = readOptions('paths', options, {
      limit: integer(1, 1000),
      exclude: (value) => value,
      raw: flag,
      ...WATCHED,
    });
    const { limit = 3, exclude, raw = false, ...watched } = read;
    const node = this.#resolve(of, 'of').ordinal;
    return this.#ask({ ask: 'paths', node, limit, raw, exclude: this.#resolveAll(exclude) }, watched);
  }

  /**
   * @param {unknown} base
   * @param {unknown} [options]
   */
  async diff(base, options) {
    const {
      top,
      growth = true,
      ...watched
    } = readOptions('diff', options, {
      top: rows,
      growth: flag,
      ...WATCHED,
    });
    if (!(base instanceof HeapSnapshot))
      throw badArgument('base', 'a snapshot that openSnapshot() gave', base);
    return this.#ask({ ask: 'diff', top, growth }, watched, { other: base.#heap.native });
  }

  /**
   * @param {any} [of]
   * @param {unknown} [options]
   */
  async objects(of, options) {
    return this.#askOf('objects', of, options);
  }

  /**
   * @param {any} [of]
   * @param {unknown} [options]
   */
  async largest(of, options) {
    return this.#askOf('largest', of, options);
  }

  /**
   * @param {unknown} keeper
   * @param {unknown} [options]
   */
  async retainedBy(keeper, options) {
    const read = oneOf('detachedDom', 'eventHandlers', 'contexts', 'console')(keeper, 'keeper');
    const { top, ...watched } = readListed('retainedBy', options);
    return this.#ask({ ask: 'retainedBy', keeper: read, top }, watched);
  }

  /** @param {unknown} [options] */
  async collections(options) {
    const { top, ...watched } = readListed('collections', options);
    return this.#ask({ ask: 'collections', top }, watched);
  }

  /** @param {unknown} [options] */
  async collectionSizes(options) {
    const read = readOptions('collectionSizes', options, { least: rows, ...WATCHED });
    const { least = LARGE, ...watched } = read;
    const {
      ordinals: nodes,
      ids,
      entries,
      slots,
    } = await this.#ask({ ask: 'collectionSizes', least }, watched);
    return {
      ordinals: Uint32Array.from(nodes),
      ids: Uint32Array.from(ids),
      entries: Float64Array.from(entries),
      slots: Float64Array.from(slots),
    };
  }

  /** @param {unknown} [options] */
  async waste(options) {
    const { top, ...watched } = readListed('waste', options);
    return this.#ask({ ask: 'waste', top }, watched);
  }

  /** @param {unknown} [options] */
  async captures(options) {
    const read = readOptions('captures', options, { top: rows, minRetained: rows, signal: abortSignal });
    const candidates = (/** @type {number} */ least, /** @type {AbortSignal | undefined} */ signal) =>
      this.#ask({ ask: 'captures', least }, { signal });
    return require('./captures').findCaptures(this, candidates, read);
  }

  /**
   * @param {object} question
   * @param {{ signal?: AbortSignal, onProgress?: (progress: any) => unknown }} watched
   * @param {{ other?: import('../native').Heap | null, nodes?: Uint32Array | null }} [about]
   */
  #ask(question, watched, { other = null, nodes = null } = {}) {
    const { native } = this.#heap;
    const text = JSON.stringify(question);
    return runTask((_, cancel, progress) => native.ask(text, other, nodes, cancel, progress), watched);
  }

  /**
   * A question about the nodes that pass a filter, about these, or about all.
   * @param {string} ask
   * @param {any} of
   * @param {unknown} options
   */
  #askOf(ask, of, options) {
    const read = readOptions(ask, options, { top: rows, by: readOrder, ...WATCHED });
    const { top = LISTED, by = 'retainedSize', ...watched } = read;
    if (typeof of === 'object' && typeof of?.[Symbol.iterator] === 'function') {
      const nodes = Uint32Array.from(of, (one) => this.#resolve(one, 'of').ordinal);
      return this.#ask({ ask, top, by }, watched, { nodes });
    }
    const wanted = readFilter(of, ask);
    this.#heap.checkOpen();
    const filter = forQuestion(this.#heap, wanted);
    const nodes = filter ? null : Uint32Array.from(each(this.#heap, wanted), ({ ordinal }) => ordinal);
    return this.#ask({ ask, top, by, filter }, watched, { nodes });
  }

  /** @param {number} ordinal */
  #at(ordinal) {
    return nodeAt(this.#heap, ordinal);
  }

  /**
   * A node of this snapshot, or the one with an id.
   * @param {unknown} value
   * @param {string} name
   * @returns {HeapNode}
   */
  #resolve(value, name) {
    const heap = HeapNode.heapOf(value);
    if (heap === this.#heap) return /** @type {HeapNode} */ (value);
    if (heap === undefined) return this.node(value);
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `the node for \`${name}\` is of another snapshot: look it up by its id`,
    );
  }

  /**
   * Nodes, ids and names of classes as ordinals.
   * @param {unknown} exclude
   */
  #resolveAll(exclude) {
    const found = new Set();
    for (const one of exclude === undefined ? [] : Array.isArray(exclude) ? exclude : [exclude]) {
      if (typeof one === 'string' && !/^@?\d+$/.test(one)) {
        for (const ordinal of ordinals(this.#heap, readFilter({ class: one }))) found.add(ordinal);
      } else found.add(this.#resolve(one, 'exclude').ordinal);
    }
    return [...found];
  }

  toJSON() {
    const { path, sizeBytes, nodeCount, edgeCount } = this;
    return { path, sizeBytes, nodeCount, edgeCount };
  }

  [inspect.custom]() {
    const { path = 'bytes', nodeCount, edgeCount, closed } = this;
    return `HeapSnapshot ${inspect(path)} (${closed ? 'closed' : `${nodeCount} nodes, ${edgeCount} edges`})`;
  }
}

/**
 * @param {Heap} heap
 * @param {ReturnType<typeof readFilter>} filter
 */
function* each(heap, filter) {
  const { where } = filter;
  for (const ordinal of ordinals(heap, filter)) {
    const node = nodeAt(heap, ordinal);
    if (where === undefined || where(node)) yield node;
  }
}

module.exports = { HeapSnapshot, snapshotOf };
