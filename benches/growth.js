// @ts-check
/**
 * What an analysis costs per node as snapshots grow: if time and memory are linear in the heap, these figures stay as
 * they are.
 */
'use strict';

const { table } = require('./results');

/** Below this, starting Node is what is measured. */
const FEWEST_NODES = 1e6;
/** Per node, the most must not be more than this many times the least. */
const MOST = 1.5;

/**
 * @typedef {{ bytes: number, nodes: number, edges: number }} Subject
 * @typedef {{ subject: Subject, cost: import('./processes').Cost }} Measured
 */

/**
 * @param {Measured[]} measured of `analyze`, by size
 * @returns {string}
 */
function growthText(measured) {
  const rows = measured.map(({ subject: { bytes, nodes, edges }, cost }) => [
    `${(bytes / 1e6).toFixed(0)} MB`,
    nodes.toLocaleString('en'),
    (edges / nodes).toFixed(2),
    (perNode(cost.wallSeconds, nodes) * 1e9).toFixed(0),
    (perNode(cost.cpuSeconds, nodes) * 1e9).toFixed(0),
    perNode(cost.peakBytes, nodes).toFixed(0),
  ]);
  const head = ['', 'nodes', 'edges per node', 'wall ns per node', 'CPU ns per node', 'peak bytes per node'];
  const note =
    'Written with the table above: `heap-analyzer analyze`, whole process. ' +
    `From ${FEWEST_NODES.toLocaleString('en')} nodes on ${verdict(measured)}`;
  return [note, '', table(head, rows)].join('\n');
}

/** @param {Measured[]} measured */
function verdict(measured) {
  const big = measured.filter(({ subject }) => subject.nodes >= FEWEST_NODES);
  if (big.length < 2) return 'there are too few sizes to compare.';
  const spread = (/** @type {(measured: Measured) => number} */ of) => {
    const values = big.map(of);
    return Math.max(...values) / Math.min(...values);
  };
  const time = spread(({ subject, cost }) => perNode(cost.wallSeconds, subject.nodes));
  const memory = spread(({ subject, cost }) => perNode(cost.peakBytes, subject.nodes));
  const flat = time <= MOST && memory <= MOST ? 'is' : 'is not';
  return (
    `the most is ${time.toFixed(2)} times the least in wall time per node and ${memory.toFixed(2)} times in peak memory ` +
    `per node: it ${flat} flat within ${MOST} times.`
  );
}

/** @param {number} amount @param {number} nodes */
const perNode = (amount, nodes) => amount / nodes;

module.exports = { growthText };
