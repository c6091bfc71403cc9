// @ts-check
// The engine's figures in the shape of the oracle's. It is asked through the native boundary rather than the
// public API: what is on trial is the arithmetic, and `facts` shows it node by node.
'use strict';

const { loadNative } = require('../lib/native');

const BIGGEST = 200;

/**
 * @typedef {object} Hop
 * @property {{ name: string | number, kind: string }} [edge]
 * @property {{ id: number }} node
 *
 * @typedef {object} BigNode
 * @property {{ id: number, name: string, class: string, selfSize: number, distance: number }} node
 * @property {number} retainedSize
 * @property {Hop[]} path
 */

/** Another way to the same answer: a file that is mapped rather than read, by one thread. */
const OTHER_WAY = { map: true, threads: 1 };

/**
 * @param {string | Buffer} input
 * @param {object} [way]
 */
async function engineSnapshot(input, way = {}) {
  /** @type {any} */
  const native = loadNative();
  const flag = new native.CancelFlag();
  const facts = await native.facts(input, way, flag);
  const text = await native.analyze(input, { all: true, top: BIGGEST, ...way }, flag, null);
  const answer = JSON.parse(text);
  const [snapshot] = answer.snapshots;
  return {
    nodeCount: snapshot.nodeCount,
    edgeCount: snapshot.edgeCount,
    ids: facts.ids,
    selfSizes: facts.selfSizes,
    retainedSizes: facts.retainedSizes,
    distances: facts.distances,
    dominators: facts.dominators,
    classIndexes: facts.classIndexes,
    classKeys: /** @type {string[]} */ (facts.classKeys()),
    classNames: /** @type {string[]} */ (facts.classNames()),
    classes: /** @type {import('./oracle-results').ClassRow[]} */ (answer.classes),
    statistics: answer.statistics,
    totals: answer.totals,
    classCount: answer.classCount,
    biggest: /** @type {BigNode[]} */ (answer.biggest),
  };
}

/**
 * @param {string | Buffer} base
 * @param {string | Buffer} target
 * @param {object} [way]
 */
async function enginePair(base, target, way = {}) {
  /** @type {any} */
  const native = loadNative();
  const text = await native.compare(base, target, way, new native.CancelFlag(), null);
  const answer = JSON.parse(text);
  return {
    rows: /** @type {import('./oracle-results').DiffRow[]} */ (answer.rows),
    rowCount: /** @type {number} */ (answer.rowCount),
    totals: answer.totals,
  };
}

module.exports = { engineSnapshot, enginePair, OTHER_WAY };
