// @ts-check
// Proves the truth itself, without the leak finder: a leaking app really keeps more after every interval, its fixed
// twin and the controls do not. Otherwise the corpus would judge the finder by apps that are not what they claim.
'use strict';

const { analyze, compare } = require('..');

/** What V8 adds for itself while an app warms up: it goes on for thousands of requests and is no app's doing. */
const WARMUP = new Set(['(compiled code)', '(system)', '(object shape)']);
/** What a round of a healthy app may leave behind beyond that. */
const NOISE = 150;
/** And what there may be in any case, however few rounds: a slab for small buffers is 64 kB on Node 24. */
const FLOOR = 75_000;
const LEAK = 250;

/**
 * @typedef {{ ok: boolean, told: string }} Proof
 *
 * @param {import('./apps').App} app
 * @param {import('./drive').Series} series
 * @returns {Promise<Proof>}
 */
async function prove({ role, truth }, { baseline, target, final }) {
  const rounds = truth.load.count ?? 300;
  const { class: name, count, bytes = LEAK } = truth.proof ?? {};
  const leaking = role === 'leak';
  if (leaking && name) {
    const per = await ofClass([baseline, target, final], name, count ? 'count' : 'selfSize', rounds);
    const ok = per.every((value) => value >= (count ?? bytes) * 0.9);
    return { ok, told: told(per, count ? name : `B of ${name}`) };
  }
  const heap = [await grown(baseline, target), await grown(target, final)].map((sum) => sum / rounds);
  if (leaking) return { ok: heap.every((value) => value >= bytes * 0.9), told: told(heap, 'B') };
  // First uses may still fall into the first interval, for some controls they are meant to.
  const bound = Math.max(truth.bound ?? NOISE, FLOOR / rounds);
  if (!name) return { ok: heap[1] <= bound, told: told(heap, 'B') };
  const per = await ofClass([baseline, target, final], name, count ? 'count' : 'selfSize', rounds);
  return {
    ok: heap[1] <= bound && per[1] <= (count ?? bytes) * 0.2,
    told: told(per, count ? name : `B of ${name}`),
  };
}

/** Bytes that were added, without what V8 adds for itself. @param {string} base @param {string} target */
async function grown(base, target) {
  const { totals, rows } = await compare(base, target, { growth: false, all: true });
  const warmup = rows.filter(({ name }) => WARMUP.has(name));
  return totals.delta.selfSize - warmup.reduce((sum, { sizeDelta }) => sum + sizeDelta, 0);
}

/**
 * By class where the leak is too small to stand out in bytes. An object whose store grew is the same object to a
 * comparison, so classes are summed up in each snapshot.
 * @param {string[]} snapshots
 * @param {string} name
 * @param {'count' | 'selfSize'} figure
 * @param {number} rounds
 */
async function ofClass(snapshots, name, figure, rounds) {
  const sums = [];
  for (const snapshot of snapshots) {
    const { classes } = await analyze(snapshot, { all: true });
    const found = classes.filter((row) => row.name === name);
    sums.push(found.reduce((sum, row) => sum + row[figure], 0));
  }
  return [(sums[1] - sums[0]) / rounds, (sums[2] - sums[1]) / rounds];
}

/** @param {number[]} per @param {string} unit */
function told(per, unit) {
  return `${per.map((value) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(value % 1 && Math.abs(value) < 10 ? 1 : 0)}`).join(', ')} ${unit} a round`;
}

module.exports = { prove };
