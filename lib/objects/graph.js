// @ts-check
'use strict';

/**
 * Nodes and edges of a snapshot as objects. Documented for users in index.d.ts.
 *
 * Each is two words over the columns: whoever visits millions of them makes millions of these, so nothing is read,
 * decoded or looked up before somebody asks for it. Two objects of one node are equal in all they say and yet two:
 * compare ids.
 */

const { inspect } = require('node:util');
const { HeapAnalyzerError, badArgument } = require('../errors');
const { parsePropertyPath } = require('./property-path');

/** UTF-16 units of a string's value: V8 writes 1024 of each part, and a program can put any number of parts together. */
const LONGEST_VALUE = 1 << 20;

/** What only the makers of nodes and edges know. */
const INSIDE = Symbol('inside');

/** @param {unknown} key */
function checkInside(key) {
  if (key === INSIDE) return;
  throw new HeapAnalyzerError(
    'ERR_HEAP_USAGE',
    'nodes and edges come from a snapshot: snapshot.node(id), snapshot.nodes(), node.edges()',
  );
}

class HeapNode {
  /** @type {import('./heap').Heap} */
  #heap;

  /**
   * @param {symbol} key
   * @param {import('./heap').Heap} heap
   * @param {number} ordinal
   */
  constructor(key, heap, ordinal) {
    checkInside(key);
    this.#heap = heap;
    /** @readonly */
    this.ordinal = ordinal;
  }

  /**
   * The inside of a node's snapshot; `undefined` for what is no node.
   * @param {any} value
   * @returns {import('./heap').Heap | undefined}
   */
  static heapOf(value) {
    return typeof value === 'object' && value !== null && #heap in value ? value.#heap : undefined;
  }

  get snapshot() {
    return this.#heap.snapshot;
  }

  get id() {
    return this.#heap.columns.ids[this.ordinal];
  }

  get type() {
    const heap = this.#heap;
    return heap.info.nodeTypes[heap.columns.types[this.ordinal]];
  }

  get name() {
    return this.#heap.name(this.ordinal);
  }

  get class() {
    return this.#heap.className(this.ordinal);
  }

  get classKey() {
    const heap = this.#heap;
    return heap.classes.keys[heap.columns.classes[this.ordinal]];
  }

  get selfSize() {
    return this.#heap.columns.selfSizes[this.ordinal];
  }

  get retainedSize() {
    return this.#heap.columns.retainedSizes[this.ordinal];
  }

  get distance() {
    return this.#heap.columns.distances[this.ordinal];
  }

  get detachedness() {
    return ['unknown', 'attached', 'detached'][this.#heap.columns.detachedness[this.ordinal]];
  }

  get edgeCount() {
    const { firstEdges } = this.#heap.columns;
    return firstEdges[this.ordinal + 1] - firstEdges[this.ordinal];
  }

  *edges() {
    const heap = this.#heap;
    const { firstEdges } = heap.columns;
    const end = firstEdges[this.ordinal + 1];
    for (let edge = firstEdges[this.ordinal]; edge < end; edge++) {
      yield new HeapEdge(INSIDE, heap, edge, this.ordinal);
    }
  }

  get retainerCount() {
    const { firstRetainers } = this.#heap.columns;
    return firstRetainers[this.ordinal + 1] - firstRetainers[this.ordinal];
  }

  *retainers() {
    const heap = this.#heap;
    const { firstRetainers, retainerEdges } = heap.columns;
    const end = firstRetainers[this.ordinal + 1];
    for (let at = firstRetainers[this.ordinal]; at < end; at++) {
      yield new HeapEdge(INSIDE, heap, retainerEdges[at]);
    }
  }

  /** @returns {HeapNode | null} */
  get dominator() {
    const above = this.#heap.columns.dominators[this.ordinal];
    return above === this.ordinal ? null : nodeAt(this.#heap, above);
  }

  *dominated() {
    const heap = this.#heap;
    for (const ordinal of heap.look((native) => native.dominated(this.ordinal))) yield nodeAt(heap, ordinal);
  }

  *subtree() {
    const heap = this.#heap;
    for (const ordinal of heap.look((native) => native.subtree(this.ordinal))) yield nodeAt(heap, ordinal);
  }

  /**
   * @param {unknown} name
   * @returns {HeapNode | undefined}
   */
  property(name) {
    if (typeof name !== 'string' && typeof name !== 'number') {
      throw badArgument('name', 'the name of a property or the index of an element', name);
    }
    return this.#follow(String(name));
  }

  /**
   * @param {unknown} path
   * @returns {HeapNode | undefined}
   */
  get(path) {
    /** @type {HeapNode | undefined} */
    let node = this;
    for (const name of parsePropertyPath(path)) {
      node = node.#follow(name);
      if (node === undefined) return undefined;
    }
    return node;
  }

  /**
   * Where a name leads: a property or an element of an object, a variable of a scope or of a function's scopes.
   * @param {string} name
   */
  #follow(name) {
    const heap = this.#heap;
    const { firstEdges, edgeKinds, edgeNames, edgeTargets } = heap.columns;
    const kinds = heap.info.edgeKinds;
    const index = /^(0|[1-9]\d*)$/.test(name) ? Number(name) : -1;
    const end = firstEdges[this.ordinal + 1];
    for (let edge = firstEdges[this.ordinal]; edge < end; edge++) {
      const kind = kinds[edgeKinds[edge]];
      const found =
        kind === 'element'
          ? edgeNames[edge] === index
          : (kind === 'property' || kind === 'context' || kind === 'shortcut') &&
            heap.text(edgeNames[edge]) === name;
      if (found) return nodeAt(heap, edgeTargets[edge]);
    }
    return undefined;
  }

  get value() {
    const told = this.#told(LONGEST_VALUE);
    switch (told?.type) {
      case undefined:
      case 'undefined':
        return undefined;
      case 'null':
        return null;
      case 'boolean':
        return told.text === 'true';
      case 'number':
        return Number(told.text);
      default:
        return told.text;
    }
  }

  /** @param {{ limit?: number }} [options] */
  describeValue({ limit = LONGEST_VALUE } = {}) {
    if (!Number.isInteger(limit) || limit < 0 || limit > 0xffffffff) {
      throw badArgument('limit', 'a number of UTF-16 units', limit);
    }
    return this.#told(limit);
  }

  /** @param {number} limit */
  #told(limit) {
    const text = this.#heap.look((native) => native.value(this.ordinal, limit));
    return text === null ? undefined : JSON.parse(text);
  }

  get place() {
    return this.#heap.place(this.ordinal);
  }

  toJSON() {
    const { id, name, type, selfSize, distance, retainedSize } = this;
    return { id, name, class: this.class, type, selfSize, distance, retainedSize };
  }

  toString() {
    return `${this.name || this.type} @${this.id}`;
  }

  /** What a console shows: the figures, not the heap behind them. */
  [inspect.custom]() {
    if (this.#heap.isClosed) return `HeapNode (closed)`;
    const { id, type, selfSize, retainedSize } = this;
    return `HeapNode @${id} ${inspect(this.name)} (${type}, self ${selfSize}, retained ${retainedSize})`;
  }
}

class HeapEdge {
  /** @type {import('./heap').Heap} */
  #heap;
  /** @type {number | undefined} */
  #source;

  /**
   * @param {symbol} key
   * @param {import('./heap').Heap} heap
   * @param {number} index
   * @param {number} [source] ordinal of the node it leaves, where that is known
   */
  constructor(key, heap, index, source) {
    checkInside(key);
    this.#heap = heap;
    this.#source = source;
    /** @readonly */
    this.index = index;
  }

  get snapshot() {
    return this.#heap.snapshot;
  }

  get name() {
    return this.#heap.edgeName(this.index);
  }

  get kind() {
    const heap = this.#heap;
    return heap.info.edgeKinds[heap.columns.edgeKinds[this.index]];
  }

  get from() {
    this.#heap.checkOpen();
    this.#source ??= this.#heap.sourceOf(this.index);
    return nodeAt(this.#heap, this.#source);
  }

  get to() {
    return nodeAt(this.#heap, this.#heap.columns.edgeTargets[this.index]);
  }

  toJSON() {
    return { name: String(this.name), kind: this.kind, from: this.from.id, to: this.to.id };
  }

  toString() {
    return `${this.from} ⟶ ${this.name} ⟶ ${this.to}`;
  }

  [inspect.custom]() {
    if (this.#heap.isClosed) return `HeapEdge (closed)`;
    return `HeapEdge ${inspect(this.name)} (${this.kind}, @${this.from.id} to @${this.to.id})`;
  }
}

/**
 * @param {import('./heap').Heap} heap
 * @param {number} ordinal of a node that is there
 */
const nodeAt = (heap, ordinal) => new HeapNode(INSIDE, heap, ordinal);

module.exports = { HeapEdge, HeapNode, nodeAt };
