// @ts-check
'use strict';

/**
 * Which nodes of a snapshot are wanted. The engine decides what it can, a stretch of the heap at a time, so that a loop
 * that ends early has paid for little; what only JavaScript can (an unusual pattern, a function) is decided here, and a
 * node becomes an object only when it has passed all the rest.
 */

const { badArgument } = require('../errors');
const { flag, integer, readOptions } = require('../options');
const { readText } = require('./text-filter');

/** Sizes, counts and ids. */
const whole = integer(0, Number.MAX_SAFE_INTEGER);

/** Nodes that are looked at first; each stretch is four times as long as the one before. */
const FIRST_STRETCH = 4096;
/** Whoever has gone on to so many nodes will not stop at a few. */
const MANY = 256;

/** @type {(value: any, name: string) => (node: any) => unknown} */
const predicate = (value, name) => {
  if (typeof value === 'function') return value;
  throw badArgument(name, 'a function', value);
};

/** @type {(value: any, name: string) => string[]} */
const words = (value, name) => {
  const list = Array.isArray(value) ? value : [value];
  if (list.every((word) => typeof word === 'string')) return list;
  throw badArgument(name, 'a string or an array of strings', value);
};

/**
 * @param {unknown} given
 * @param {string} [method] that was called with it
 */
const readFilter = (given, method = 'nodes') =>
  readOptions(method, given, {
    class: readText,
    type: words,
    name: readText,
    property: readText,
    minSelf: whole,
    minRetained: whole,
    maxRetained: whole,
    minReferences: whole,
    newerThan: whole,
    detached: flag,
    where: predicate,
  });

/**
 * A filter in the engine's words, and the tests that it has none for.
 * @param {import('./heap').Heap} heap
 * @param {ReturnType<typeof readFilter>} filter
 */
function parted(heap, filter) {
  const { class: byClass, name, property, ...asked } = /** @type {Record<string, any>} */ (filter);
  delete asked.where;
  /** @type {Array<(ordinal: number) => boolean>} */
  const tests = [];
  if (byClass?.words) asked.class = byClass.words;
  else if (byClass) {
    const numbers = Array.from(heap.classes.names, (className, number) =>
      byClass.holds(className) ? number : -1,
    );
    asked.classNumbers = numbers.filter((number) => number >= 0);
  }
  if (property?.words) asked.property = property.words;
  else if (property) tests.push(hasProperty(heap, property.holds));
  if (name?.words) asked.name = name.words;
  else if (name) tests.push(isNamed(heap, name.holds));
  return { asked, tests };
}

/**
 * The ordinals of the nodes that pass all but `where`, in the order of the snapshot.
 * @param {import('./heap').Heap} heap
 * @param {ReturnType<typeof readFilter>} filter
 */
function* ordinals(heap, filter) {
  const { asked, tests } = parted(heap, filter);
  const count = heap.info.nodeCount;
  let passed = 0;
  if (Object.keys(asked).length === 0) {
    next: for (let ordinal = 0; ordinal < count; ordinal++) {
      for (let test = 0; test < tests.length; test++) if (!tests[test](ordinal)) continue next;
      if (passed++ === MANY) heap.isVisitedWhole = true;
      yield ordinal;
    }
    return;
  }
  const text = JSON.stringify(asked);
  for (let first = 0, length = FIRST_STRETCH; first < count; first += length, length *= 4) {
    const end = Math.min(first + length, count);
    next: for (const ordinal of heap.look((native) => native.select(text, first, end))) {
      for (let test = 0; test < tests.length; test++) if (!tests[test](ordinal)) continue next;
      if (passed++ === MANY) heap.isVisitedWhole = true;
      yield ordinal;
    }
  }
}

/**
 * The filter for a question of the engine's; `undefined` when only JavaScript can decide.
 * @param {import('./heap').Heap} heap
 * @param {ReturnType<typeof readFilter>} filter
 */
function forQuestion(heap, filter) {
  if (filter.where) return undefined;
  const { asked, tests } = parted(heap, filter);
  return tests.length === 0 ? asked : undefined;
}

/** What is known of a string of the table: not looked at, no, yes. */
const NO = 1;
const YES = 2;

/**
 * @param {import('./heap').Heap} heap
 * @param {(text: string) => boolean} matches
 * @returns {(id: number) => boolean} whether a string of the table matches
 */
function matching(heap, matches) {
  const known = new Uint8Array(heap.info.stringCount);
  return (id) => {
    if (known[id] === 0) known[id] = matches(heap.text(id)) ? YES : NO;
    return known[id] === YES;
  };
}

/**
 * @param {import('./heap').Heap} heap
 * @param {(text: string) => boolean} matches
 */
function isNamed(heap, matches) {
  const { types, names } = heap.columns;
  const ofTable = matching(heap, matches);
  const isObject = matching(heap, (text) => text === 'Object');
  const kinds = heap.info.nodeTypes;
  return (/** @type {number} */ ordinal) => {
    const type = kinds[types[ordinal]];
    // Those whose name is no string of the table; see Heap.name().
    const own =
      type === 'native' || type === 'concatenated string' || (type === 'object' && isObject(names[ordinal]));
    return own ? matches(heap.name(ordinal)) : ofTable(names[ordinal]);
  };
}

/**
 * @param {import('./heap').Heap} heap
 * @param {(text: string) => boolean} matches
 */
function hasProperty(heap, matches) {
  const { firstEdges, edgeKinds, edgeNames } = heap.columns;
  const property = heap.info.edgeKinds.indexOf('property');
  const ofTable = matching(heap, matches);
  return (/** @type {number} */ ordinal) => {
    const end = firstEdges[ordinal + 1];
    for (let edge = firstEdges[ordinal]; edge < end; edge++) {
      if (edgeKinds[edge] === property && ofTable(edgeNames[edge])) return true;
    }
    return false;
  };
}

module.exports = { forQuestion, ordinals, readFilter };
