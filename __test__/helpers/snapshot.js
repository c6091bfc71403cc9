// @ts-check
'use strict';

/**
 * Snapshots for tests, written as text: small ones whose every figure is known, and long ones that keep the
 * engine busy for a while. The form is that of Node 18 and 20.
 */

const fs = require('node:fs');

const NODE_TYPES = [
  ...['hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native', 'synthetic'],
  ...['concatenated string', 'sliced string', 'symbol', 'bigint', 'object shape'],
];
const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];
const NODE_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'];

/**
 * @typedef {{ type?: string, name: string, id: number, size?: number, edges?: TinyEdge[] }} TinyNode
 * @typedef {{ type?: string, name: string | number, to: number }} TinyEdge `to` is a position in the list of nodes
 */

/**
 * @param {TinyNode[]} nodes the root first
 * @returns {string}
 */
function snapshotText(nodes) {
  const strings = ['<dummy>'];
  /** @type {Map<string, number>} */
  const indexes = new Map();
  const stringIndex = (/** @type {string} */ text) => {
    let index = indexes.get(text);
    if (index === undefined) {
      index = strings.push(text) - 1;
      indexes.set(text, index);
    }
    return index;
  };
  const nodeRows = [];
  const edgeRows = [];
  for (const { type = 'object', name, id, size = 0, edges = [] } of nodes) {
    nodeRows.push([NODE_TYPES.indexOf(type), stringIndex(name), id, size, edges.length, 0, 0].join(','));
    for (const edge of edges) {
      const label = typeof edge.name === 'number' ? edge.name : stringIndex(edge.name);
      edgeRows.push(
        [EDGE_TYPES.indexOf(edge.type ?? 'property'), label, edge.to * NODE_FIELDS.length].join(','),
      );
    }
  }
  return fileText(nodeRows, edgeRows, strings);
}

/**
 * @param {string[]} nodeRows
 * @param {string[]} edgeRows
 * @param {string[]} strings
 */
function fileText(nodeRows, edgeRows, strings) {
  const meta = {
    node_fields: NODE_FIELDS,
    node_types: [NODE_TYPES, 'string', 'number', 'number', 'number', 'number', 'number'],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
    trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
    trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
    sample_fields: ['timestamp_us', 'last_assigned_id'],
    location_fields: ['object_index', 'script_id', 'line', 'column'],
  };
  const header = { meta, node_count: nodeRows.length, edge_count: edgeRows.length, trace_function_count: 0 };
  return (
    `{"snapshot":${JSON.stringify(header)},\n"nodes":[${nodeRows.join('\n,')}],\n` +
    `"edges":[${edgeRows.join('\n,')}],\n"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n` +
    `"locations":[],\n"strings":[${strings.map((text) => JSON.stringify(text)).join(',\n')}]}`
  );
}

/**
 * A heap with a Map "sessions" that holds so many sessions of 100 bytes.
 * @param {number} sessions
 * @returns {string}
 */
function sessionsText(sessions) {
  /** @type {TinyNode[]} */
  const nodes = [
    { type: 'synthetic', name: '', id: 1, edges: [{ type: 'element', name: 1, to: 1 }] },
    { type: 'object', name: 'global', id: 3, size: 40, edges: [{ name: 'sessions', to: 2 }] },
    { type: 'object', name: 'Map', id: 5, size: 32, edges: [{ type: 'internal', name: 'table', to: 3 }] },
    { type: 'array', name: '(object elements)', id: 7, size: 64, edges: [] },
  ];
  for (let i = 0; i < sessions; i++) {
    nodes[3].edges?.push({ type: 'internal', name: String(i), to: nodes.length });
    nodes.push({ type: 'object', name: 'Session', id: 101 + 2 * i, size: 100 });
  }
  return snapshotText(nodes);
}

/**
 * A chain of so many objects: with a million the engine is busy for a good part of a second.
 * @param {string} file
 * @param {number} length
 */
function writeChain(file, length) {
  const nodeRows = ['9,1,1,0,1,0,0'];
  const edgeRows = [`1,1,${NODE_FIELDS.length}`];
  for (let i = 1; i <= length; i++) {
    const last = i === length;
    nodeRows.push(`3,2,${2 * i + 1},24,${last ? 0 : 1},0,0`);
    if (!last) edgeRows.push(`2,3,${(i + 1) * NODE_FIELDS.length}`);
  }
  fs.writeFileSync(file, fileText(nodeRows, edgeRows, ['<dummy>', '', 'Link', 'next']));
  return file;
}

module.exports = { snapshotText, sessionsText, writeChain };
