// @ts-check
'use strict';

/**
 * An open heap as its objects see it: the engine's handle with what is read from it again and again kept beside.
 *
 * Snapshot, nodes and edges are faces of this; it is nobody's to use but theirs. When the snapshot is closed, what is
 * kept goes, and every way in says so.
 */

const { HeapAnalyzerError, fromNative } = require('../errors');
const { HeapColumns, NAMES } = require('./columns');

/** Characters of strings that are kept before all are let go: names repeat, and texts are long. */
const KEPT = 1 << 24;

/**
 * Looks at single figures of a column before it is fetched whole: whoever wants to know something of a few nodes does not
 * pay for millions.
 */
const FEW = 4096;

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
  /** @type {any} the arrays by name, each fetched when it is touched; see columns.js */
  columns;
  /**
   * The same, as far as they have been fetched; for the others there is `one()`. Each is added once and never changed,
   * which is what V8 is fastest with. @type {Record<string, any>}
   */
  known = {};
  #looks = new Uint32Array(NAMES.length);
  /** Whether somebody goes over the whole heap, so that single looks are not worth it. */
  isVisitedWhole = false;
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
    this.known = {};
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

  /** @param {string} name of a column */
  fetch(name) {
    return (this.known[name] ??= this.look((native) => native.column(name)));
  }

  /**
   * A figure of a column that has not been fetched.
   * @param {string} name of the column
   * @param {number} index
   * @returns {number}
   */
  one(name, index) {
    const column = NAMES.indexOf(/** @type {any} */ (name));
    const isFew = !this.isVisitedWhole && this.#looks[column]++ < FEW;
    return isFew ? this.look((native) => native.figure(column, index)) : this.fetch(name)[index];
  }

  /**
   * A figure of a node or an edge.
   * @param {string} name of the column
   * @param {number} index
   * @returns {number}
   */
  figure(name, index) {
    const column = this.known[name];
    return column === undefined ? this.one(name, index) : column[index];
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
    const { types, names } = this.known;
    const type = this.info.nodeTypes[types === undefined ? this.one('types', ordinal) : types[ordinal]];
    if (type !== 'concatenated string' && type !== 'native') {
      const text = this.text(names === undefined ? this.one('names', ordinal) : names[ordinal]);
      if (type !== 'object' || text !== 'Object') return text;
    }
    return this.look((native) => native.name(ordinal));
  }

  /** @param {number} ordinal */
  className(ordinal) {
    const { classes } = this.known;
    return this.classes.names[classes === undefined ? this.one('classes', ordinal) : classes[ordinal]];
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
    const { firstEdges } = this.known;
    let low = 0;
    let high = this.info.nodeCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((firstEdges === undefined ? this.one('firstEdges', middle) : firstEdges[middle]) <= edge)
        low = middle + 1;
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
    const { edgeKinds, edgeNames } = this.known;
    const kind = this.info.edgeKinds[edgeKinds === undefined ? this.one('edgeKinds', edge) : edgeKinds[edge]];
    const name = edgeNames === undefined ? this.one('edgeNames', edge) : edgeNames[edge];
    return kind === 'element' || kind === 'hidden' ? name : this.text(name);
  }
}

module.exports = { Heap };
