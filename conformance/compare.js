// @ts-check
// Finds every difference between two sets of figures about one snapshot or one pair: node by node, row by row.
// The second may be the engine's or another run of the oracle, so that an exception's own effect can be listed.
'use strict';

const { edgeText } = require('./oracle-results');

/**
 * @typedef {object} Difference
 * @property {'failure' | 'count' | 'node' | 'class' | 'statistic' | 'row' | 'edge' | 'order'} kind
 * @property {string} where for people
 * @property {string} field
 * @property {any} expected what DevTools says
 * @property {any} actual
 * @property {string} [key] class key of a row
 * @property {number} [ordinal] of a node
 *
 * @typedef {import('./oracle-results').SnapshotResult} SnapshotResult
 * @typedef {import('./oracle-results').PairResult} PairResult
 */

/** Beyond this many, more of them say nothing new. */
const MOST = 100_000;
/** Characters of a name in the engine's answers. */
const NAME_LIMIT = 1024;

class Differences {
  constructor() {
    /** @type {Difference[]} */
    this.list = [];
  }

  /**
   * @param {Omit<Difference, 'field' | 'expected' | 'actual'>} at
   * @param {string} field
   * @param {any} expected
   * @param {any} actual
   */
  check(at, field, expected, actual) {
    if (!Object.is(expected, actual) && this.list.length < MOST) {
      this.list.push({ ...at, field, expected, actual });
    }
  }
}

/**
 * @param {SnapshotResult} oracle
 * @param {any} other a SnapshotResult, or the engine's figures
 * @returns {Difference[]}
 */
function compareSnapshots(oracle, other) {
  const found = new Differences();
  const whole = /** @type {const} */ ({ kind: 'count', where: 'snapshot' });
  found.check(whole, 'nodeCount', oracle.nodeCount, other.nodeCount);
  found.check(whole, 'edgeCount', oracle.edgeCount, other.edgeCount);
  if (found.list.length) return found.list;

  compareNodes(found, oracle, other);
  compareRows(found, 'class', oracle.classes, other.classes);
  for (const [field, expected, actual] of leaves(oracle.statistics, other.statistics)) {
    found.check({ kind: 'statistic', where: 'statistics' }, field, expected, actual);
  }
  if (other.totals) compareAnswer(found, oracle, other);
  return found.list;
}

/**
 * @param {Differences} found
 * @param {SnapshotResult} oracle
 * @param {SnapshotResult} other
 */
function compareNodes(found, oracle, other) {
  const columns = /** @type {const} */ (['ids', 'selfSizes', 'distances', 'dominators', 'retainedSizes']);
  for (const field of columns) {
    found.check({ kind: 'count', where: field }, 'length', oracle.nodeCount, other[field].length);
  }
  for (let ordinal = 0; ordinal < oracle.nodeCount; ordinal++) {
    const at = () => ({ kind: /** @type {const} */ ('node'), where: nodeText(oracle, ordinal), ordinal });
    for (const field of columns) {
      // The text of a place is only made where it is needed: there are millions of nodes.
      if (oracle[field][ordinal] !== other[field][ordinal]) {
        found.check(at(), field, oracle[field][ordinal], other[field][ordinal]);
      }
    }
    const [mine, theirs] = [oracle.classIndexes[ordinal], other.classIndexes[ordinal]];
    if (oracle.classKeys[mine] !== other.classKeys[theirs]) {
      found.check(at(), 'classKey', oracle.classKeys[mine], other.classKeys[theirs]);
    }
    if (oracle.classNames[mine] !== other.classNames[theirs]) {
      found.check(at(), 'className', oracle.classNames[mine], other.classNames[theirs]);
    }
  }
  for (const [ordinal, name] of other.names ? oracle.names : []) {
    // The thousand greatest may be others where sizes differ; the sizes are then what is reported.
    if (!other.names.has(ordinal)) continue;
    const at = /** @type {const} */ ({ kind: 'node', where: nodeText(oracle, ordinal), ordinal });
    found.check(at, 'name', name, other.names.get(ordinal));
  }
  for (const text of other.edges ? (oracle.edges ?? []) : []) {
    if (!other.edges?.has(text)) found.check({ kind: 'edge', where: text }, 'edge', text, undefined);
  }
}

/**
 * @param {SnapshotResult} oracle
 * @param {number} ordinal
 */
function nodeText(oracle, ordinal) {
  const name = oracle.names.get(ordinal) ?? oracle.classNames[oracle.classIndexes[ordinal]];
  return `node ${ordinal} @${oracle.ids[ordinal]} ${JSON.stringify(name.slice(0, 60))}`;
}

/**
 * @param {Differences} found
 * @param {'class' | 'row'} kind
 * @param {Record<string, any>[]} expected
 * @param {Record<string, any>[]} actual
 */
function compareRows(found, kind, expected, actual) {
  const rows = new Map(actual.map((row) => [row.key, row]));
  const label = kind === 'class' ? 'class table' : 'comparison';
  if (rows.size !== actual.length) {
    found.check({ kind, where: label }, 'distinct keys', actual.length, rows.size);
  }
  for (const row of expected) {
    const at = { kind, where: `${label} ${JSON.stringify(row.key)}`, key: row.key };
    const other = rows.get(row.key);
    rows.delete(row.key);
    if (!other) found.check(at, 'row', JSON.stringify(row), undefined);
    else for (const field of Object.keys(row)) found.check(at, field, row[field], other[field]);
  }
  for (const [key, row] of rows) {
    found.check(
      { kind, where: `${label} ${JSON.stringify(key)}`, key },
      'row',
      undefined,
      JSON.stringify(row),
    );
  }
}

/**
 * The parts of the engine's answer that DevTools shows elsewhere or in another form.
 * @param {Differences} found
 * @param {SnapshotResult} oracle
 * @param {any} engine
 */
function compareAnswer(found, oracle, engine) {
  const statistics = /** @type {any} */ (oracle.statistics);
  const totals = /** @type {const} */ ({ kind: 'statistic', where: 'totals' });
  found.check(totals, 'v8Heap', statistics.v8heap.total, engine.totals.v8Heap);
  found.check(totals, 'native', statistics.native.total, engine.totals.native);
  found.check(
    { kind: 'count', where: 'class table' },
    'classCount',
    engine.classes.length,
    engine.classCount,
  );
  checkOrder(found, 'class table', engine.classes, 'retainedSize');
  checkOrder(found, 'biggest', engine.biggest, 'retainedSize');

  const ordinals = new Map(Array.from(oracle.ids, (id, ordinal) => [id, ordinal]));
  for (const { node, retainedSize, path } of engine.biggest) {
    const ordinal = ordinals.get(node.id) ?? -1;
    const at = /** @type {const} */ ({ kind: 'node', where: `biggest @${node.id}`, ordinal });
    found.check(at, 'retainedSizes', oracle.retainedSizes[ordinal], retainedSize);
    found.check(at, 'selfSizes', oracle.selfSizes[ordinal], node.selfSize);
    found.check(at, 'distances', oracle.distances[ordinal], node.distance);
    found.check(at, 'className', oracle.classNames[oracle.classIndexes[ordinal]], node.class);
    const name = oracle.names.get(ordinal);
    if (name !== undefined) found.check(at, 'name', shortened(name), node.name);
    checkPath(found, oracle, node.id, path);
  }
}

/**
 * Answers carry only so much of a name, since strings of a heap can be very long.
 * @param {string} name
 */
function shortened(name) {
  const characters = name.length > NAME_LIMIT ? [...name] : [];
  return characters.length > NAME_LIMIT ? `${characters.slice(0, NAME_LIMIT).join('')}…` : name;
}

/**
 * Every hop of a path must be an edge that is there, under the name and kind it has.
 * @param {Differences} found
 * @param {SnapshotResult} oracle
 * @param {number} id
 * @param {import('./engine').Hop[]} path
 */
function checkPath(found, oracle, id, path) {
  if (!oracle.edges) return;
  let from = oracle.ids[oracle.root];
  for (const { edge, node } of path) {
    if (edge) {
      const text = edgeText(from, edge.kind, edge.name, node.id);
      if (!oracle.edges.has(text))
        found.check({ kind: 'edge', where: `path to @${id}` }, 'hop', undefined, text);
    }
    from = node.id;
  }
  if (path.length) found.check({ kind: 'edge', where: `path to @${id}` }, 'end', id, from);
}

/**
 * @param {Differences} found
 * @param {string} where
 * @param {any[]} rows
 * @param {string} field
 */
function checkOrder(found, where, rows, field) {
  const broken = rows.findIndex((row, i) => i > 0 && rows[i - 1][field] < row[field]);
  found.check({ kind: 'order', where }, `${field} descending, first broken at`, -1, broken);
}

/**
 * @param {any} expected
 * @param {any} actual
 * @param {string} [prefix]
 * @returns {[string, unknown, unknown][]}
 */
function leaves(expected, actual, prefix = '') {
  return Object.entries(expected).flatMap(([key, value]) =>
    value !== null && typeof value === 'object'
      ? leaves(value, actual?.[key], `${prefix}${key}.`)
      : [/** @type {[string, unknown, unknown]} */ ([prefix + key, value, actual?.[key]])],
  );
}

/**
 * @param {PairResult} oracle
 * @param {any} other a PairResult, or the engine's figures
 * @returns {Difference[]}
 */
function comparePairs(oracle, other) {
  const found = new Differences();
  compareRows(found, 'row', oracle.rows, other.rows);
  if (other.totals) {
    found.check({ kind: 'count', where: 'comparison' }, 'rowCount', other.rows.length, other.rowCount);
    checkOrder(found, 'comparison', other.rows, 'sizeDelta');
  }
  return found.list;
}

module.exports = { compareSnapshots, comparePairs };
