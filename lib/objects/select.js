// @ts-check
'use strict';

/**
 * Which nodes of a snapshot are wanted: filters over the columns, cheap ones first.
 *
 * A filter on class or name is decided once for each class and each string of the table, not once for each node, and a
 * node becomes an object only when it has passed them all.
 */

const { badArgument } = require('../errors');
const { flag, integer, readOptions } = require('../options');

/** Sizes and ids. */
const whole = integer(0, Number.MAX_SAFE_INTEGER);

/**
 * A text to be equal to, or a pattern to be found.
 * @param {any} value
 * @param {string} name
 * @returns {(text: string) => boolean}
 */
function readText(value, name) {
  if (typeof value === 'string') return (text) => text === value;
  if (value instanceof RegExp) {
    // One with a memory of where it was last would find every second one.
    const pattern = new RegExp(value.source, value.flags.replace(/[gy]/g, ''));
    return (text) => pattern.test(text);
  }
  throw badArgument(name, 'a string or a regular expression', value);
}

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

/** @param {unknown} given */
const readFilter = (given) =>
  readOptions('nodes', given, {
    class: readText,
    type: words,
    name: readText,
    property: readText,
    minSelf: whole,
    minRetained: whole,
    maxRetained: whole,
    newerThan: whole,
    detached: flag,
    where: predicate,
  });

/**
 * The ordinals of the nodes that pass all but `where`, in the order of the snapshot.
 * @param {import('./heap').Heap} heap
 * @param {ReturnType<typeof readFilter>} filter
 */
function* ordinals(heap, filter) {
  const tests = testsOf(heap, filter);
  const count = heap.info.nodeCount;
  next: for (let ordinal = 0; ordinal < count; ordinal++) {
    for (let test = 0; test < tests.length; test++) if (!tests[test](ordinal)) continue next;
    yield ordinal;
  }
}

/**
 * @param {import('./heap').Heap} heap
 * @param {ReturnType<typeof readFilter>} filter
 * @returns {Array<(ordinal: number) => boolean>}
 */
function testsOf(heap, filter) {
  const { columns, info } = heap;
  /** @type {Array<(ordinal: number) => boolean>} */
  const tests = [];
  if (filter.type) {
    const { types } = columns;
    const wanted = Uint8Array.from(info.nodeTypes, (type) => Number(filter.type?.includes(type)));
    tests.push((ordinal) => wanted[types[ordinal]] === 1);
  }
  if (filter.class) {
    const { classes } = columns;
    const wanted = Uint8Array.from(heap.classes.names, (name) => Number(filter.class?.(name)));
    tests.push((ordinal) => wanted[classes[ordinal]] === 1);
  }
  const { minSelf, minRetained, maxRetained, newerThan, detached } = filter;
  if (minSelf !== undefined) {
    const { selfSizes } = columns;
    tests.push((ordinal) => selfSizes[ordinal] >= minSelf);
  }
  if (minRetained !== undefined) {
    const { retainedSizes } = columns;
    tests.push((ordinal) => retainedSizes[ordinal] >= minRetained);
  }
  if (maxRetained !== undefined) {
    const { retainedSizes } = columns;
    tests.push((ordinal) => retainedSizes[ordinal] <= maxRetained);
  }
  if (newerThan !== undefined) {
    const { ids } = columns;
    tests.push((ordinal) => ids[ordinal] > newerThan);
  }
  if (detached !== undefined) {
    const { detachedness } = columns;
    tests.push((ordinal) => (detachedness[ordinal] === 2) === detached);
  }
  if (filter.property) tests.push(hasProperty(heap, filter.property));
  if (filter.name) tests.push(isNamed(heap, filter.name));
  return tests;
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

module.exports = { ordinals, readFilter };
