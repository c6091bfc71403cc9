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
    const heap = this.#heap;
    const { ids } = heap.known;
    return ids === undefined ? heap.one('ids', this.ordinal) : ids[this.ordinal];
  }

  get type() {
    const heap = this.#heap;
    const { types } = heap.known;
    return heap.info.nodeTypes[types === undefined ? heap.one('types', this.ordinal) : types[this.ordinal]];
  }

  get name() {
    return this.#heap.name(this.ordinal);
  }

  get class() {
    return this.#heap.className(this.ordinal);
  }

  get classKey() {
    const heap = this.#heap;
    return heap.classes.keys[heap.figure('classes', this.ordinal)];
  }

  get selfSize() {
    const heap = this.#heap;
    const { selfSizes } = heap.known;
    return selfSizes === undefined ? heap.one('selfSizes', this.ordinal) : selfSizes[this.ordinal];
  }

  get retainedSize() {
    const heap = this.#heap;
    const { retainedSizes } = heap.known;
    return retainedSizes === undefined
      ? heap.one('retainedSizes', this.ordinal)
      : retainedSizes[this.ordinal];
  }

  get distance() {
    const heap = this.#heap;
    const { distances } = heap.known;
    return distances === undefined ? heap.one('distances', this.ordinal) : distances[this.ordinal];
  }

  get detachedness() {
    return ['unknown', 'attached', 'detached'][this.#heap.figure('detachedness', this.ordinal)];
  }

  get edgeCount() {
    const heap = this.#heap;
    return heap.figure('firstEdges', this.ordinal + 1) - heap.figure('firstEdges', this.ordinal);
  }

  *edges() {
    const heap = this.#heap;
    const { ordinal } = this;
    const { firstEdges } = heap.known;
    const isKnown = firstEdges !== undefined;
    const end = isKnown ? firstEdges[ordinal + 1] : heap.one('firstEdges', ordinal + 1);
    for (let edge = isKnown ? firstEdges[ordinal] : heap.one('firstEdges', ordinal); edge < end; edge++) {
      yield new HeapEdge(INSIDE, heap, edge, ordinal);
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
    const above = this.#heap.figure('dominators', this.ordinal);
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

  get heldBy() {
    return this.#heap.look((native) => native.heldBy(this.ordinal)) ?? undefined;
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
    const kinds = heap.info.edgeKinds;
    const index = /^(0|[1-9]\d*)$/.test(name) ? Number(name) : -1;
    const end = heap.figure('firstEdges', this.ordinal + 1);
    for (let edge = heap.figure('firstEdges', this.ordinal); edge < end; edge++) {
      const kind = kinds[heap.figure('edgeKinds', edge)];
      const found =
        kind === 'element'
          ? heap.figure('edgeNames', edge) === index
          : (kind === 'property' || kind === 'context' || kind === 'shortcut') &&
            heap.text(heap.figure('edgeNames', edge)) === name;
      if (found) return nodeAt(heap, heap.figure('edgeTargets', edge));
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
    const { edgeKinds } = heap.known;
    return heap.info.edgeKinds[
      edgeKinds === undefined ? heap.one('edgeKinds', this.index) : edgeKinds[this.index]
    ];
  }

  get from() {
    this.#heap.checkOpen();
    this.#source ??= this.#heap.sourceOf(this.index);
    return nodeAt(this.#heap, this.#source);
  }

  get to() {
    const heap = this.#heap;
    const { edgeTargets } = heap.known;
    return nodeAt(
      heap,
      edgeTargets === undefined ? heap.one('edgeTargets', this.index) : edgeTargets[this.index],
    );
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
