// @ts-check
// What is to be said of one snapshot or pair: the engine against DevTools as it is, and only where these differ
// against DevTools mended, with every change by the mends accounted for.
'use strict';

const { comparePairs, compareSnapshots } = require('./compare');
const { attribute } = require('./exceptions');
const { MENDS } = require('./mends');

/** @typedef {import('./compare').Difference} Difference */

/**
 * @typedef {object} Verdict
 * @property {Difference[]} differences between engine and DevTools that no exception explains
 * @property {Map<string, number>} exceptions how many figures each DevTools bug changed
 */

/**
 * @param {(mends: string[]) => Promise<any>} ask the oracle, with some of its bugs mended
 * @param {any} engine
 * @param {boolean} pair
 * @returns {Promise<Verdict>}
 */
async function judge(ask, engine, pair) {
  const compare = /** @type {(a: any, b: any) => Difference[]} */ (pair ? comparePairs : compareSnapshots);
  /** @type {Difference[]} */
  const changes = [];
  let plain = await ask([]);
  if (plain.failure) {
    // It does not even load. What else differs can then only be seen with this much mended.
    changes.push({
      kind: 'failure',
      where: 'loading',
      field: 'failure',
      expected: plain.failure,
      actual: undefined,
    });
    plain = await ask(['trace-count']);
    if (plain.failure) return { differences: changes, exceptions: new Map() };
  } else {
    const differences = compare(plain, engine);
    if (differences.length === 0) return { differences, exceptions: new Map() };
  }
  const mended = await ask(MENDS);
  changes.push(...compare(plain, mended));
  const { counts, unexplained } = attribute(changes, plain, mended);
  return { differences: [...compare(mended, engine), ...unexplained], exceptions: counts };
}

module.exports = { judge };
