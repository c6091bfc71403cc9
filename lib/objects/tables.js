// @ts-check
'use strict';

/**
 * A heap as four tables, for databases: the columns of each, and its rows in batches.
 *
 * This is the schema that docs/objects.md tells. Columns may be added, never renamed. Sizes are bytes; ordinals number
 * the nodes of one snapshot from 0, ids are V8's.
 */

/** Rows of a batch: what is in memory at a time. */
const BATCH = 50_000;

/**
 * @typedef {'INT32' | 'INT64' | 'STRING'} ColumnType sizes and ids are whole numbers below 2^53, kept as DOUBLE
 * @typedef {object} Table
 * @property {Record<string, ColumnType>} columns in their order
 * @property {(snapshot: any, options: { signal?: AbortSignal }) => AsyncIterable<Record<string, any[]>>} batches
 */

/** @type {Record<string, Table>} */
const TABLES = {
  nodes: {
    columns: {
      ordinal: 'INT64',
      id: 'INT64',
      type: 'STRING',
      name: 'STRING',
      class: 'STRING',
      class_key: 'STRING',
      self_size: 'INT64',
      retained_size: 'INT64',
      distance: 'INT32',
      dominator: 'INT64',
      edge_count: 'INT64',
      detachedness: 'STRING',
    },
    async *batches(snapshot) {
      const { ids, selfSizes, retainedSizes, distances, dominators } = snapshot.columns;
      for (const [start, end] of stretches(snapshot.nodeCount)) {
        const nodes = Array.from({ length: end - start }, (_, index) => snapshot.nodeAt(start + index));
        const column = (/** @type {any} */ from) => Array.from(from.subarray(start, end));
        yield {
          ordinal: nodes.map((node) => node.ordinal),
          id: column(ids),
          type: nodes.map((node) => node.type),
          name: nodes.map((node) => node.name),
          class: nodes.map((node) => node.class),
          class_key: nodes.map((node) => node.classKey),
          self_size: column(selfSizes),
          retained_size: column(retainedSizes),
          distance: column(distances),
          dominator: column(dominators),
          edge_count: nodes.map((node) => node.edgeCount),
          detachedness: nodes.map((node) => node.detachedness),
        };
      }
    },
  },
  edges: {
    columns: { from: 'INT64', to: 'INT64', kind: 'STRING', name: 'STRING' },
    async *batches(snapshot) {
      const { firstEdges, edgeKinds, edgeNames, edgeTargets } = snapshot.columns;
      const kinds = snapshot.edgeKindNames;
      let from = 0;
      for (const [start, end] of stretches(snapshot.edgeCount)) {
        /** @type {Record<string, any[]>} */
        const rows = { from: [], to: Array.from(edgeTargets.subarray(start, end)), kind: [], name: [] };
        for (let edge = start; edge < end; edge++) {
          while (firstEdges[from + 1] <= edge) from++;
          const kind = kinds[edgeKinds[edge]];
          const isIndexed = kind === 'element' || kind === 'hidden';
          rows.from.push(from);
          rows.kind.push(kind);
          rows.name.push(isIndexed ? String(edgeNames[edge]) : snapshot.string(edgeNames[edge]));
        }
        yield rows;
      }
    },
  },
  classes: {
    columns: {
      name: 'STRING',
      key: 'STRING',
      count: 'INT64',
      self_size: 'INT64',
      retained_size: 'INT64',
      distance: 'INT32',
    },
    async *batches(snapshot, { signal }) {
      const rows = await snapshot.classes({ signal });
      yield {
        name: rows.map((/** @type {any} */ row) => row.name),
        key: rows.map((/** @type {any} */ row) => row.key),
        count: rows.map((/** @type {any} */ row) => row.count),
        self_size: rows.map((/** @type {any} */ row) => row.selfSize),
        retained_size: rows.map((/** @type {any} */ row) => row.retainedSize),
        distance: rows.map((/** @type {any} */ row) => row.distance),
      };
    },
  },
  findings: {
    columns: {
      fingerprint: 'STRING',
      grade: 'STRING',
      pattern: 'STRING',
      title: 'STRING',
      sentence: 'STRING',
      holder_id: 'INT64',
      holder_class: 'STRING',
      retained_size: 'INT64',
      file: 'STRING',
      line: 'INT32',
    },
    async *batches(snapshot, { signal }) {
      /** @type {any[]} */
      const rows = await snapshot.findings({ signal });
      yield {
        fingerprint: rows.map((row) => row.fingerprint ?? ''),
        grade: rows.map((row) => row.grade),
        pattern: rows.map((row) => row.pattern),
        title: rows.map((row) => row.title),
        sentence: rows.map((row) => row.sentence),
        holder_id: rows.map((row) => row.holder.id),
        holder_class: rows.map((row) => row.holder.class),
        retained_size: rows.map((row) => row.bytes.retained),
        file: rows.map((row) => row.holder.place?.file ?? ''),
        line: rows.map((row) => row.holder.place?.line ?? 0),
      };
    },
  },
};

/**
 * @param {number} count
 * @returns {Iterable<[start: number, end: number]>}
 */
function* stretches(count) {
  for (let start = 0; start < count; start += BATCH) yield [start, Math.min(count, start + BATCH)];
}

module.exports = { TABLES };
