// @ts-check
// The list of what is compared: which snapshots, in which runs. Each case says where its snapshots come from; the
// oracle, the engine and the verdict are the same for all.
'use strict';

const { make, makePair } = require('../fixtures/make');
const { majors } = require('../fixtures/nodes');
const { randomPair, randomSnapshot } = require('../fixtures/random');
const { pairs, singles } = require('../fixtures/synthesize');

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {number} [node] major version that wrote it
 * @property {boolean} [random] whether it is one of many, reported together
 * @property {() => Promise<(string | Buffer)[]>} inputs one snapshot, or base and target
 */

const NUMBERS = ['--expose=numbers'];
/** @type {{ name: string, program: string, args?: string[] }[]} */
const PROGRAMS = [
  { name: 'plain', program: 'plain' },
  { name: 'express', program: 'express' },
  { name: 'shapes', program: 'shapes' },
  { name: 'internals', program: 'internals' },
  { name: 'internals-numbers', program: 'internals', args: NUMBERS },
  { name: 'timeline', program: 'timeline' },
];
const PAIRED = ['plain', 'express', 'shapes', 'internals'];
/** Seeds of graphs big enough for deep chains and crowded classes start here. */
const BIG_SEEDS = 1_000_000;

/** @returns {Case[]} */
function syntheticCases() {
  return [
    ...singles().map(({ name, path }) => ({ name: `synthetic ${name}`, inputs: async () => [path] })),
    ...pairs().map(({ name, base, target }) => ({
      name: `synthetic ${name}`,
      inputs: async () => [base.path, target.path],
    })),
  ];
}

/**
 * @param {number} first
 * @param {number} count
 * @param {number} [size]
 * @returns {Case[]}
 */
function randomCases(first, count, size) {
  return Array.from({ length: count }, (_, i) => first + i).flatMap((seed) => [
    {
      name: `random ${seed}${size ? ` ${size}` : ''}`,
      random: true,
      inputs: async () => [Buffer.from(randomSnapshot(seed, size))],
    },
    {
      name: `random-pair ${seed}${size ? ` ${size}` : ''}`,
      random: true,
      inputs: async () => Object.values(randomPair(seed, size)).map((text) => Buffer.from(text)),
    },
  ]);
}

/**
 * @param {(program: string) => boolean} paired
 * @returns {Case[]}
 */
function programCases(paired) {
  return majors().flatMap((node) => [
    ...PROGRAMS.map(({ name, program, args }) => ({
      name: `${name} on Node ${node}`,
      node,
      inputs: async () => [await make({ program, node, args })],
    })),
    ...PAIRED.filter(paired).map((program) => ({
      name: `${program}-pair on Node ${node}`,
      node,
      inputs: async () => Object.values(await makePair({ program, node })),
    })),
  ]);
}

/** @returns {Case[]} */
function sizedCases() {
  const sized = (/** @type {number} */ megabytes, /** @type {number} */ node) => ({
    name: `sized-${megabytes} on Node ${node}`,
    node,
    inputs: async () => [await make({ program: 'sized', node, args: [`--megabytes=${megabytes}`] })],
  });
  return [...majors().map((node) => sized(30, node)), sized(100, 20), sized(100, 26), sized(300, 24)];
}

/**
 * @param {{ full: boolean, random: number }} options
 * @returns {Case[]}
 */
function cases({ full, random }) {
  const small = [...syntheticCases(), ...randomCases(1, random)];
  if (!full) return [...small, ...programCases((program) => program === 'plain')];
  return [...small, ...randomCases(BIG_SEEDS, 150, 4000), ...programCases(() => true), ...sizedCases()];
}

module.exports = { cases };
