// @ts-check
/**
 * What memlab's six analyses answer, as data and not as a screen: its own code runs on a heap that its own code loads,
 * and what it is about to print is kept. `node memlab-answers.js OUT.json FILE`, or a directory for its series.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

// Named by a path, so that types are checked without its packages too.
const packages = path.join(__dirname, '..', 'node_modules', '@memlab');
const dist = path.join(packages, 'heap-analysis', 'dist');
/** @param {string} name */
const analysis = (name) => new (require(path.join(dist, 'plugins', name)).default)();
const core = require(path.join(packages, 'core'));
const plugin = require(path.join(dist, 'PluginUtils')).default;

/** Rows of its lists, which are 20, 40 or 50 long on its screens. */
const ROWS = 200;

/** @param {string} file */
async function answersOf(file) {
  const heap = await plugin.getFullHeapFromFile(file);
  const StringAnalysis = require(path.join(dist, 'plugins', 'StringAnalysis')).default;
  const facts = new Map();
  /** @type {number[]} */
  const stringsOfCode = [];
  heap.nodes.forEach((/** @type {any} */ node) => {
    facts.set(node.id, [
      node.retainedSize,
      plugin.getObjectOutgoingEdgeCount(node),
      node.dominatorNode?.id ?? 0,
    ]);
    if (node.type === 'string' && StringAnalysis.shouldIgnoreNode(node)) stringsOfCode.push(node.id);
  });
  const worth = plugin.isNodeWorthInspecting;
  const ids = (/** @type {any[]} */ nodes) => nodes.map(({ id }) => id);
  return {
    nodes: [...facts].map(([id, figures]) => [id, ...figures]),
    stringsOfCode,
    objectSize: ids(plugin.filterOutLargestObjects(heap, worth, ROWS)),
    fanout: ids(analysis('ObjectFanoutAnalysis').getObjectsWithHighFanout(heap, { listSize: ROWS })),
    strings: Object.values(analysis('StringAnalysis').getPreprocessedStringMap(heap)).filter(
      ({ n }) => n > 1,
    ),
    shapes: shapesOf(heap),
    globals: analysis(path.join('GlobalVariableAnalysis', 'GlobalVariableAnalysis'))
      .getGlobalVariables(heap)
      .map((/** @type {any} */ edge) => [edge.fromNode.id, String(edge.name_or_index), edge.toNode.id]),
    builtIn: [
      ...require(path.join(dist, 'plugins', 'GlobalVariableAnalysis', 'BuiltInGlobalVariables')).default,
    ],
  };
}

/** Its groups of objects, which it only prints: seen at the functions that it groups and adds them up with. @param {any} heap */
function shapesOf(heap) {
  const { serializer, utils } = core;
  const { summarizeNodeShape } = serializer;
  const { aggregateDominatorMetrics } = utils;
  /** @type {Map<string, number[]>} */
  const groups = new Map();
  /** @type {number[]} */
  const retained = [];
  serializer.summarizeNodeShape = (/** @type {any} */ node, /** @type {any} */ options) => {
    const shape = summarizeNodeShape(node, options);
    if (options === undefined) {
      const ids = groups.get(shape);
      if (ids) ids.push(node.id);
      else groups.set(shape, [node.id]);
    }
    return shape;
  };
  utils.aggregateDominatorMetrics = (/** @type {any[]} */ ...args) => {
    retained.push(aggregateDominatorMetrics(...args));
    return retained[retained.length - 1];
  };
  analysis('ObjectShapeAnalysis').breakDownSnapshotByShapes(heap);
  Object.assign(serializer, { summarizeNodeShape });
  Object.assign(utils, { aggregateDominatorMetrics });
  return [...groups].map(([shape, ids], index) => ({ shape, ids, retainedSize: retained[index] }));
}

/** Collections that grow over the snapshots of a directory. @param {string} directory */
async function growingIn(directory) {
  /** @type {any[]} */
  let growing = [];
  core.serializer.summarizeUnboundedObjectsToCSV = (/** @type {any[]} */ items) => {
    growing = items.map(({ id, name, history }) => ({ id, name, history }));
    return '';
  };
  await analysis('CollectionUnboundGrowthAnalysis').analyzeSnapshotsInDirectory(directory);
  return growing;
}

const [out, subject] = process.argv.slice(2);
const asked = fs.statSync(subject).isDirectory() ? growingIn(subject) : answersOf(subject);
asked
  .then((answers) => fs.writeFileSync(out, JSON.stringify(answers)))
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
