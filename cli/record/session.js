// @ts-check
'use strict';

/**
 * One recording: load and snapshots in turn, as the plan says. What is done stays, whatever comes after it: each snapshot
 * is whole under its name when its step is over.
 */

const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { HeapAnalyzerError } = require('../../lib/errors');

/** After load, before a snapshot: answers have arrived, but the app's last callbacks may still be to come. */
const SETTLE_MS = 300;

/**
 * @typedef {{ load: string, durationMs: number } | { rest: number } | { snapshot: string }} Step `load` says what for
 *
 * @typedef {object} Done
 * @property {Array<import('../load').LoadResult & { stage: string }>} loads
 * @property {any[]} captures
 * @property {Array<import('../../lib/capture/remote/figures').Figures & { at: string, when: string }>} memory
 */

/**
 * @param {{ duration: number, warmUp: number, rest?: number }} times in milliseconds
 * @returns {Step[]} three snapshots, with as much load before the second as before the third
 */
function planOfRecord({ duration, warmUp, rest }) {
  const half = duration / 2;
  return [
    ...warming(warmUp),
    { snapshot: 'baseline' },
    ...(rest === undefined
      ? [
          { load: 'before target', durationMs: half },
          { snapshot: 'target' },
          { load: 'before final', durationMs: half },
        ]
      : [{ load: 'before target', durationMs: duration }, { snapshot: 'target' }, { rest }]),
    { snapshot: 'final' },
  ];
}

/**
 * @param {{ duration: number, warmUp: number }} times in milliseconds
 * @returns {Step[]} two snapshots with load between them
 */
function planOfLoadTest({ duration, warmUp }) {
  return [
    ...warming(warmUp),
    { snapshot: 'baseline' },
    { load: 'between the snapshots', durationMs: duration },
    { snapshot: 'target' },
  ];
}

/** @param {number} durationMs @returns {Step[]} */
const warming = (durationMs) => (durationMs > 0 ? [{ load: 'warm-up', durationMs }] : []);

/** @param {Step[]} plan */
const snapshotsOf = (plan) => plan.flatMap((step) => ('snapshot' in step ? [step.snapshot] : []));

/**
 * @param {Step[]} plan
 * @param {object} world
 * @param {import('../running/app').Observed} world.app
 * @param {import('../load').Drive} world.drive
 * @param {string} world.directory
 * @param {string} world.suffix of the snapshots' names
 * @param {boolean} world.anyStatus go on even though no answer has a status of 2xx
 * @param {AbortSignal} world.signal
 * @param {(progress: { phase: string, fraction: number }) => void} world.onProgress
 * @param {(step: any) => void} world.onDone told of each step when it is over
 * @param {Done} done is filled
 */
async function runPlan(plan, world, done) {
  const { app, drive, directory, suffix, anyStatus, signal, onProgress, onDone } = world;
  for (const step of plan) {
    signal.throwIfAborted();
    if ('load' in step) {
      const { load, durationMs } = step;
      const phase = load === 'warm-up' ? 'warming up' : `load ${load}`;
      // As many requests as before the target, however fast the machine is meanwhile: growth is judged by interval.
      const before = load === 'before final' ? done.loads[done.loads.length - 1] : undefined;
      const driving = drive({
        durationMs,
        amount: before && before.requests + before.errors,
        signal,
        onProgress: (fraction) => onProgress({ phase, fraction }),
      });
      const result = await app.whileAlive(driving);
      if (result.requests === 0) throw unanswered(result);
      if (result.non2xx === result.requests && !anyStatus) throw refused(result);
      done.loads.push({ stage: load, ...result });
      onDone({ kind: 'load', stage: load, ...result });
      await sleep(SETTLE_MS, undefined, { signal });
    } else if ('rest' in step) {
      const started = Date.now();
      while (Date.now() - started < step.rest) {
        onProgress({ phase: 'resting', fraction: (Date.now() - started) / step.rest });
        await app.whileAlive(sleep(Math.min(200, step.rest), undefined, { signal }));
      }
      onDone({ kind: 'rest', durationMs: step.rest });
    } else {
      const before = await figures(app, `before ${step.snapshot}`, done);
      const file = path.join(directory, `${step.snapshot}.heapsnapshot${suffix}`);
      const phase = `taking ${step.snapshot}`;
      onProgress({ phase, fraction: 0 });
      const capturing = app.snapshot(file, {
        signal,
        reason: step.snapshot,
        onProgress: (fraction) => onProgress({ phase, fraction }),
      });
      const capture = await app.whileAlive(capturing);
      done.captures.push(capture);
      // V8 has collected all garbage for the snapshot: what is used now is what the app holds.
      const after = await figures(app, `after ${step.snapshot}`, done);
      onDone({ kind: 'snapshot', name: step.snapshot, capture, before, after });
    }
  }
}

/**
 * @param {import('../running/app').Observed} app
 * @param {string} when
 * @param {Done} done
 */
async function figures(app, when, done) {
  if (!app.memory) return null;
  const memory = { when, at: new Date().toISOString(), ...(await app.memory()) };
  done.memory.push(memory);
  return memory;
}

/** @param {import('../load').LoadResult} result */
function unanswered({ errors, firstError, by }) {
  const why = firstError ?? 'it took longer than the load lasted';
  const what = by === 'script' ? 'no visit of the script came to an end' : 'no request was answered';
  const all = errors > 0 ? ` (${errors} failed)` : '';
  return new HeapAnalyzerError('ERR_HEAP_REMOTE', `${what}${all}: ${why}`);
}

/**
 * An app that refuses everything leaks nothing, and that would be told as a clean bill.
 * @param {import('../load').LoadResult} result
 */
function refused({ requests, statuses }) {
  const list = Object.keys(statuses).join(', ');
  return new HeapAnalyzerError(
    'ERR_HEAP_REMOTE',
    `all ${requests} answers had the status ${list}: say by --url what the app answers, or give --any-status`,
  );
}

module.exports = { planOfRecord, planOfLoadTest, snapshotsOf, runPlan };
