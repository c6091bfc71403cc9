// @ts-check
'use strict';

/**
 * Finds objects in snapshots that tests make, by a reading of the file that owes nothing to the engine: plain
 * JSON.parse, which V8's own output allows as long as no string in it is cut in half.
 */

const fs = require('node:fs');

/**
 * @typedef {{ ordinal: number, type: string, name: string, id: number, selfSize: number, trace: number, edges: Edge[] }} Node
 * @typedef {{ kind: string, name: string | number, to: number }} Edge
 */

/**
 * @param {string} file
 * @returns {Node[]} all nodes, edges by ordinals
 */
function readNodes(file) {
  const { snapshot, nodes, edges, strings } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const { node_fields: fields, node_types: types, edge_types: edgeTypes } = snapshot.meta;
  const at = (/** @type {string} */ name) => fields.indexOf(name);
  const [type, name, id, size, count, trace] = [
    'type',
    'name',
    'id',
    'self_size',
    'edge_count',
    'trace_node_id',
  ].map(at);
  /** @type {Node[]} */
  const all = [];
  let edge = 0;
  for (let start = 0; start < nodes.length; start += fields.length) {
    /** @type {Edge[]} */
    const own = [];
    for (const end = edge + 3 * nodes[start + count]; edge < end; edge += 3) {
      const kind = edgeTypes[0][edges[edge]];
      const label = kind === 'element' || kind === 'hidden' ? edges[edge + 1] : strings[edges[edge + 1]];
      own.push({ kind, name: label, to: edges[edge + 2] / fields.length });
    }
    all.push({
      ordinal: start / fields.length,
      type: types[0][nodes[start + type]],
      name: strings[nodes[start + name]],
      id: nodes[start + id],
      selfSize: nodes[start + size],
      trace: trace < 0 ? 0 : nodes[start + trace],
      edges: own,
    });
  }
  return all;
}

/**
 * The id of the one node that passes.
 * @param {string} file
 * @param {(node: Node, all: Node[]) => boolean} passes
 */
function objectOf(file, passes) {
  const all = readNodes(file);
  const found = all.filter((node) => passes(node, all));
  if (found.length !== 1) throw new Error(`${found.length} nodes of ${file} are as asked for`);
  return found[0].id;
}

/**
 * The id of an element of the array that a global variable holds.
 * @param {string} file
 * @param {string} variable
 * @param {number} index
 */
function elementOf(file, variable, index) {
  const all = readNodes(file);
  const held = all
    .filter((node) => node.name.startsWith('global'))
    .flatMap((node) => node.edges.filter((edge) => edge.kind === 'property' && edge.name === variable));
  const element = all[held[0].to].edges.find((edge) => edge.kind === 'element' && edge.name === index);
  if (!element) throw new Error(`${variable} has no element ${index} in ${file}`);
  return all[element.to].id;
}

module.exports = { readNodes, objectOf, elementOf };
