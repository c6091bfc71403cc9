// @ts-check
/**
 * A heap of some 5 MB made of nothing but a seed: the same bytes on every machine and with every Node, so that counts of
 * instructions can be compared. The mix is that of `fixtures/programs/sized.js` as V8 writes it: records, classes, maps
 * with their tables, closures with their contexts, strings, hidden maps; with cross references.
 */
'use strict';

const { random } = require('../fixtures/programs/lib/random');
const { LAYOUTS, writeSnapshot } = require('../fixtures/snapshot-writer');

const SEED = 4;
const UNITS = 780;
const CLASSES = 300;
const CITIES = 400;

/** @typedef {import('../fixtures/snapshot-writer').Node} Node */

/** A graph in the making. */
class Heap {
  /** @type {Node[]} */
  nodes = [];
  /** @type {import('../fixtures/snapshot-writer').Location[]} */
  locations = [];
  #next = random(SEED);
  /** @type {Record<string, number>} */
  #maps = {};

  /** @param {number} limit */
  below(limit) {
    return Math.floor(this.#next() * limit);
  }

  word() {
    return this.below(1e9).toString(36);
  }

  /**
   * @param {string} type
   * @param {string} name
   * @param {number} size
   * @returns {number} its ordinal
   */
  node(type, name, size) {
    this.nodes.push({ type, name, size, id: 2 * this.nodes.length + 1, edges: [] });
    return this.nodes.length - 1;
  }

  /**
   * @param {number} from
   * @param {string} kind
   * @param {string | number} name
   * @param {number} to
   */
  edge(from, kind, name, to) {
    this.nodes[from].edges.push({ kind, name, to });
  }

  /**
   * A node with the hidden map of its type, which V8 writes for nearly all.
   * @param {string} type
   * @param {string} name
   * @param {number} size
   */
  cell(type, name, size) {
    const map = (this.#maps[type] ??= this.node('hidden', 'system / Map', 80));
    const made = this.node(type, name, size);
    this.edge(made, 'internal', 'map', map);
    return made;
  }

  /** @param {string} text */
  string(text) {
    return this.cell('string', text, 16 + text.length);
  }

  /**
   * An object with its hidden map and its properties.
   * @param {string} name
   * @param {number} map
   * @param {Record<string, number>} properties
   */
  object(name, map, properties) {
    const made = this.node('object', name, 24 + 8 * Object.keys(properties).length);
    for (const [key, value] of Object.entries(properties)) this.edge(made, 'property', key, value);
    this.edge(made, 'internal', 'map', map);
    return made;
  }

  /**
   * @param {number} map
   * @param {number[]} elements
   */
  array(map, elements) {
    const made = this.node('object', 'Array', 16);
    const store = this.cell('array', '(object elements)', 16 + 8 * elements.length);
    this.edge(made, 'internal', 'map', map);
    this.edge(made, 'internal', 'elements', store);
    for (const [index, element] of elements.entries()) {
      this.edge(made, 'element', index, element);
      this.edge(store, 'internal', String(index), element);
    }
    return made;
  }
}

/** What all units share. @param {Heap} heap */
function shared(heap) {
  const map = () => heap.node('hidden', 'system / Map', 80);
  const many = (/** @type {number} */ length, /** @type {(index: number) => number} */ make) =>
    Array.from({ length }, (_, index) => make(index));
  return {
    plain: many(40, map),
    array: map(),
    map: map(),
    maps: many(CLASSES, map),
    prototypes: many(CLASSES, (index) => heap.node('object', `Model${index}`, 32)),
    cities: many(CITIES, (index) => heap.string(`city ${index}`)),
    code: heap.node('code', 'shared function info', 64),
    weak: heap.node('object', 'WeakRef', 24),
  };
}

/** @param {Heap} heap @param {number} record */
const titleOf = (heap, record) => heap.nodes[record].edges[1].to;

/**
 * @param {Heap} heap
 * @param {ReturnType<typeof shared>} common
 * @param {number} n
 * @param {number[]} before
 */
function unit(heap, common, n, before) {
  const records = Array.from({ length: 8 }, (_, i) => {
    const extra = heap.below(40);
    const address = heap.object('Object', common.plain[extra], {
      street: heap.string(heap.word()),
      city: common.cities[heap.below(CITIES)],
      [`extra${extra}`]: heap.array(common.array, [heap.string(heap.word())]),
    });
    const [id, title] = [heap.string(`${n}-${i}`), heap.string(heap.word())];
    const price = heap.cell('number', 'heap number', 12);
    return heap.object('Object', common.plain[0], { id, title, price, address });
  });
  const models = records.map((record, i) => {
    const number = (n * 8 + i) % CLASSES;
    const made = heap.object(`Model${number}`, common.maps[number], { [`field${number % 17}`]: record });
    heap.edge(made, 'property', '__proto__', common.prototypes[number]);
    return made;
  });
  const index = heap.node('object', 'Map', 32);
  const table = heap.cell('array', '', 500);
  heap.edge(index, 'internal', 'map', common.map);
  heap.edge(index, 'internal', 'table', table);
  for (const [i, model] of models.entries()) {
    heap.edge(table, 'internal', String(3 + 3 * i), titleOf(heap, records[i]));
    heap.edge(table, 'internal', String(4 + 3 * i), model);
  }
  const context = heap.cell('object', 'system / Context', 40);
  for (const [i, record] of records.entries()) heap.edge(context, 'context', `record${i}`, record);
  const queue = Array.from({ length: 6 }, (_, i) => {
    const closure = heap.cell('closure', 'task', 64);
    heap.edge(closure, 'internal', 'context', context);
    heap.edge(closure, 'internal', 'shared', common.code);
    heap.locations.push({ node: closure, script: 7, line: 30 + i, column: 12 });
    return closure;
  });
  const halves = [heap.string(heap.word()), heap.string(heap.word())];
  const rope = heap.cell('concatenated string', '(concatenated string)', 20);
  heap.edge(rope, 'internal', 'first', halves[0]);
  heap.edge(rope, 'internal', 'second', halves[1]);
  const made = heap.object('Object', common.plain[1], {
    index,
    queue: heap.array(common.array, queue),
    rope,
    shared: records[heap.below(8)],
    [`kind${n % 150}`]: rope,
  });
  // Cross references, as caches and parents make them: without them every dominator is a neighbour.
  if (before.length > 0 && heap.below(2) === 0) {
    heap.edge(made, 'property', 'previous', before[heap.below(before.length)]);
  }
  heap.edge(common.weak, 'weak', String(n), made);
  return made;
}

/** @returns {string} the snapshot, as Node 20 would write it */
function syntheticHeap() {
  const heap = new Heap();
  const root = heap.node('synthetic', '', 0);
  const gcRoots = heap.node('synthetic', '(GC roots)', 0);
  const global = heap.node('object', 'Object / global', 40);
  heap.edge(root, 'element', 1, gcRoots);
  heap.edge(root, 'shortcut', 'global', global);
  heap.edge(gcRoots, 'element', 1, global);
  const common = shared(heap);
  heap.edge(gcRoots, 'element', 2, common.weak);
  for (const map of [...common.plain, common.array, common.map, ...common.maps]) {
    heap.edge(gcRoots, 'internal', String(map), map);
  }
  /** @type {number[]} */
  const units = [];
  for (let n = 0; n < UNITS; n++) units.push(unit(heap, common, n, units));
  heap.edge(global, 'property', 'heap', heap.array(common.array, units));
  return writeSnapshot({ nodes: heap.nodes, locations: heap.locations }, LAYOUTS.node20);
}

module.exports = { syntheticHeap };
