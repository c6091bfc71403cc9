// @ts-check
'use strict';

/**
 * An open heap as its objects see it: the engine's handle with what is read from it again and again kept beside.
 *
 * Snapshot, nodes and edges are faces of this; it is nobody's to use but theirs. When the snapshot is closed, what is
 * kept goes, and every way in says so.
 */

const { HeapAnalyzerError, fromNative } = require('../errors');
const { HeapColumns } = require('./columns');

/** Characters of strings that are kept before all are let go: names repeat, and texts are long. */
const KEPT = 1 << 24;

const closed = () => new HeapAnalyzerError('ERR_HEAP_CLOSED', 'the snapshot is closed');

/** In the place of the columns when they are gone. */
const NOTHING = new Proxy(
  {},
  {
    get() {
      throw closed();
    },
  },
);

/**
 * @typedef {object} Info
 * @property {string} [path]
 * @property {number} sizeBytes
 * @property {number} nodeCount
 * @property {number} edgeCount
 * @property {number} stringCount
 * @property {number} root its ordinal
 * @property {string[]} nodeTypes
 * @property {string[]} edgeKinds
 * @property {number} extraNativeBytes
 * @property {boolean} hasAllocations
 */

class Heap {
  /** @type {import('../native').Heap | null} */
  #native;
  /** @type {Map<number, string>} strings of the table that were asked for */
  #texts = new Map();
  #kept = 0;
  /** @type {{ names: string[], keys: string[] } | undefined} */
  #classes;
  /** @type {Map<number, any>} by ordinal */
  #places = new Map();
  /** @type {any} the arrays by name; see columns.js */
  columns;
  /** @type {Info} */
  info;
  /** @type {any} the snapshot that this is the inside of */
  snapshot = null;

  /** @param {import('../native').Heap} native */
  constructor(native) {
    this.#native = native;
    this.info = JSON.parse(native.info());
    this.columns = new HeapColumns(this);
  }

  get isClosed() {
    return this.#native === null;
  }

  checkOpen() {
    if (this.#native === null) throw closed();
  }

  close() {
    this.#native?.close();
    this.#native = null;
    this.columns = NOTHING;
    this.#texts.clear();
    this.#places.clear();
    this.#classes = undefined;
  }

  /** The engine's handle. */
  get native() {
    if (this.#native === null) throw closed();
    return this.#native;
  }

  /**
   * What the engine gives at once, its errors as ours.
   * @template T
   * @param {(native: import('../native').Heap) => T} look
   * @returns {T}
   */
  look(look) {
    const { native } = this;
    try {
      return look(native);
    } catch (error) {
      throw fromNative(error);
    }
  }

  /** @param {string} name */
  column(name) {
    return this.look((native) => native.column(name));
  }

  /** Names and keys of the classes, by number. */
  get classes() {
    return (this.#classes ??= JSON.parse(this.look((native) => native.classList())));
  }

  /**
   * A string of the table.
   * @param {number} id
   * @returns {string}
   */
  text(id) {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const text = this.look((native) => native.text(id));
    this.#kept += text.length + 16;
    if (this.#kept > KEPT) {
      this.#texts.clear();
      this.#kept = text.length + 16;
    }
    this.#texts.set(id, text);
    return text;
  }

  /**
   * The name of a node as DevTools shows it. Most are strings of the table, which many share; plain objects show their
   * shape, concatenated strings their text, and what is detached says so.
   * @param {number} ordinal
   * @returns {string}
   */
  name(ordinal) {
    const { types, names } = this.columns;
    const type = this.info.nodeTypes[types[ordinal]];
    if (type !== 'concatenated string' && type !== 'native') {
      const text = this.text(names[ordinal]);
      if (type !== 'object' || text !== 'Object') return text;
    }
    return this.look((native) => native.name(ordinal));
  }

  /** @param {number} ordinal */
  className(ordinal) {
    return this.classes.names[this.columns.classes[ordinal]];
  }

  /** @param {number} ordinal */
  place(ordinal) {
    const { native } = this;
    if (!this.#places.has(ordinal)) {
      const text = this.look(() => native.place(ordinal));
      this.#places.set(ordinal, text === null ? undefined : JSON.parse(text));
    }
    return this.#places.get(ordinal);
  }

  /**
   * The node that an edge leaves: the last whose edges begin at it or before.
   * @param {number} edge
   * @returns {number} its ordinal
   */
  sourceOf(edge) {
    const { firstEdges } = this.columns;
    let low = 0;
    let high = this.info.nodeCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (firstEdges[middle] <= edge) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /**
   * The name of an edge: a number for elements and what V8 numbers.
   * @param {number} edge
   * @returns {string | number}
   */
  edgeName(edge) {
    const { edgeKinds, edgeNames } = this.columns;
    const kind = this.info.edgeKinds[edgeKinds[edge]];
    return kind === 'element' || kind === 'hidden' ? edgeNames[edge] : this.text(edgeNames[edge]);
  }
}

module.exports = { Heap };
