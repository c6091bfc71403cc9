// @ts-check
// What DevTools says of a snapshot, read out of its own objects into plain columns and rows, in the shape in
// which the engine's figures come. No figure is computed here.
'use strict';

/** Display names are kept of this many nodes, those with the greatest retained size. */
const NAMED_NODES = 1000;
/** Every edge is kept of snapshots up to this many nodes; more would only make the results as big as the heap. */
const NODES_WITH_EDGES = 20_000;

/**
 * @typedef {object} ClassRow
 * @property {string} key
 * @property {string} name
 * @property {number} count
 * @property {number} selfSize
 * @property {number} retainedSize
 * @property {number} distance
 *
 * @typedef {object} SnapshotResult
 * @property {number} nodeCount
 * @property {number} edgeCount
 * @property {number} root ordinal
 * @property {Uint32Array} ids
 * @property {Float64Array} selfSizes
 * @property {Float64Array} retainedSizes
 * @property {Int32Array} distances
 * @property {Uint32Array} dominators
 * @property {Uint32Array} classIndexes
 * @property {string[]} classKeys
 * @property {string[]} classNames
 * @property {ClassRow[]} classes
 * @property {object} statistics
 * @property {Map<number, string>} names display names by ordinal
 * @property {Set<string> | null} edges see edgeText; null for big snapshots
 * @property {string[]} sharedKeys public keys that stand for more than one of DevTools' internal ones
 *
 * @typedef {object} DiffRow
 * @property {string} key
 * @property {string} name
 * @property {number} addedCount
 * @property {number} removedCount
 * @property {number} countDelta
 * @property {number} addedSize
 * @property {number} removedSize
 * @property {number} sizeDelta
 *
 * @typedef {object} PairResult
 * @property {DiffRow[]} rows
 * @property {string[]} sharedKeys
 * @property {string[]} baseOnlyKeys keys that no object of the target has
 * @property {boolean} rootElsewhere whether one of the two has a root that is not its first node
 * @property {boolean} wide whether one of the two holds a size that 32 bits do not hold, as far as is known
 */

/**
 * @param {any} snapshot a JSHeapSnapshot of the bundle
 * @returns {SnapshotResult}
 */
function snapshotResult(snapshot) {
  const { nodeCount, nodeFieldCount } = snapshot;
  const node = snapshot.createNode(0);
  const ids = new Uint32Array(nodeCount);
  const selfSizes = new Float64Array(nodeCount);
  for (let ordinal = 0; ordinal < nodeCount; ordinal++) {
    node.nodeIndex = ordinal * nodeFieldCount;
    ids[ordinal] = node.id();
    selfSizes[ordinal] = node.selfSize();
  }
  return {
    nodeCount,
    edgeCount: snapshot.containmentEdges.length / snapshot.edgeFieldsCount,
    root: snapshot.rootNodeIndex / nodeFieldCount,
    ids,
    selfSizes,
    retainedSizes: snapshot.retainedSizes,
    distances: snapshot.nodeDistances,
    dominators: snapshot.dominatorsTree,
    ...classesOfNodes(snapshot),
    classes: classTable(snapshot),
    statistics: snapshot.getStatistics(),
    names: displayNames(snapshot),
    edges: nodeCount <= NODES_WITH_EDGES ? edgeTexts(snapshot) : null,
  };
}

/**
 * Edges are looked up by what is shown of them, and half a character is never shown.
 * @param {number} from id
 * @param {string} kind
 * @param {string | number} name
 * @param {number} to id
 */
const edgeText = (from, kind, name, to) => `@${from} -${kind} ${String(name).toWellFormed()}-> @${to}`;

/** @param {any} snapshot */
function edgeTexts(snapshot) {
  /** @type {Set<string>} */
  const texts = new Set();
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    const node = snapshot.createNode(ordinal * snapshot.nodeFieldCount);
    for (const edges = node.edges(); edges.hasNext(); edges.next()) {
      const { edge } = edges;
      // As the file has it: DevTools shows of a shortcut's name only the number it begins with.
      const name = edge.isShortcut() ? snapshot.strings[edge.nameIndex()] : edge.name();
      texts.add(edgeText(node.id(), edge.type(), name, edge.node().id()));
    }
  }
  return texts;
}

/** @param {any} snapshot */
function classesOfNodes(snapshot) {
  const { nodeCount, nodeFieldCount, strings } = snapshot;
  const classIndexes = new Uint32Array(nodeCount);
  /** @type {string[]} */
  const classKeys = [];
  /** @type {string[]} */
  const classNames = [];
  /** @type {Map<string | number, number>} */
  const byInternalKey = new Map();
  /** @type {Map<string, number>} */
  const byPublicKey = new Map();
  const shared = new Set();
  const node = snapshot.createNode(0);
  for (let ordinal = 0; ordinal < nodeCount; ordinal++) {
    node.nodeIndex = ordinal * nodeFieldCount;
    const internal = node.classKeyInternal();
    let index = byInternalKey.get(internal);
    if (index === undefined) {
      const key = typeof internal === 'number' ? `,${strings[internal]}` : internal;
      index = byPublicKey.get(key);
      if (index === undefined) {
        index = classKeys.push(key) - 1;
        classNames.push(node.className());
        byPublicKey.set(key, index);
      } else {
        shared.add(key);
      }
      byInternalKey.set(internal, index);
    }
    classIndexes[ordinal] = index;
  }
  return { classIndexes, classKeys, classNames, sharedKeys: [...shared] };
}

/**
 * @param {any} snapshot
 * @returns {ClassRow[]}
 */
function classTable(snapshot) {
  return Object.entries(snapshot.aggregatesWithFilter({})).map(([key, row]) => ({
    key,
    name: row.name,
    count: row.count,
    selfSize: row.self,
    retainedSize: row.maxRet,
    distance: row.distance,
  }));
}

/**
 * @param {any} snapshot
 * @returns {Map<number, string>}
 */
function displayNames(snapshot) {
  const { nodeCount, nodeFieldCount, retainedSizes } = snapshot;
  const ordinals = Array.from({ length: nodeCount }, (_, ordinal) => ordinal);
  ordinals.sort((a, b) => retainedSizes[b] - retainedSizes[a]);
  const named = ordinals.slice(0, NAMED_NODES);
  return new Map(named.map((ordinal) => [ordinal, snapshot.createNode(ordinal * nodeFieldCount).name()]));
}

/**
 * The comparison as the DevTools window asks for it: the target's interfaces are applied to the base first.
 * @param {any} base
 * @param {any} target
 * @returns {PairResult}
 */
function pairResult(base, target) {
  const definitions = target.interfaceDefinitions();
  const aggregates = base.aggregatesForDiff(definitions);
  /** @type {Record<string, any>} */
  const diffs = target.calculateSnapshotDiff(1, aggregates);
  const rows = Object.entries(diffs).map(([key, diff]) => ({
    key,
    name: diff.name,
    addedCount: diff.addedCount,
    removedCount: diff.removedCount,
    countDelta: diff.countDelta,
    addedSize: diff.addedSize,
    removedSize: diff.removedSize,
    sizeDelta: diff.sizeDelta,
  }));
  // Under the target's definitions the base's own classes are others; its shared keys are asked for under those.
  const own = base.interfaceDefinitions();
  base.applyInterfaceDefinitions(JSON.parse(definitions));
  const shared = [...classesOfNodes(base).sharedKeys, ...classesOfNodes(target).sharedKeys];
  base.applyInterfaceDefinitions(JSON.parse(own));
  const targetKeys = target.aggregatesWithFilter({});
  return {
    rows,
    sharedKeys: [...new Set(shared)],
    baseOnlyKeys: rows.map((row) => row.key).filter((key) => !(key in targetKeys)),
    rootElsewhere: base.rootNodeIndex > 0 || target.rootNodeIndex > 0,
    wide: [base, target].some((snapshot) => snapshot.totalSize >= 2 ** 32),
  };
}

module.exports = { snapshotResult, pairResult, edgeText };
