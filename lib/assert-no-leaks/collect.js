// @ts-check
'use strict';

/**
 * Lets go of what may go before a snapshot is taken.
 *
 * V8 collects garbage itself for a snapshot. What it cannot do is run what garbage sets off (finalizers, hooks that
 * Node calls when a promise is gone, closing of handles), and that is what keeps things alive for a moment longer.
 */

const { setImmediate: turn, setTimeout: pause } = require('node:timers/promises');
const v8 = require('node:v8');
const vm = require('node:vm');

/** Collections, each with turns of the event loop after it: one finalizer may let go of what another waits for. */
const ROUNDS = 2;

/**
 * @param {number} settle milliseconds that things are given to end by themselves
 * @param {AbortSignal} signal
 */
async function collect(settle, signal) {
  if (settle > 0) await pause(settle, undefined, { signal }).catch(() => signal.throwIfAborted());
  for (let round = 0; round < ROUNDS; round++) {
    await turn();
    collectGarbage();
    await turn();
  }
  signal.throwIfAborted();
}

/** @type {(() => void) | undefined} */
let found;

function collectGarbage() {
  found ??= findCollector();
  found();
}

/**
 * With --expose-gc its function. Else a new context is given one, by a flag that is only set while that is made. The
 * inspector could collect too, and forgets the ids of all objects when it is done, by which they are followed.
 * @returns {() => void}
 */
function findCollector() {
  const { gc } = /** @type {{ gc?: () => void }} */ (globalThis);
  if (typeof gc === 'function') return gc;
  try {
    v8.setFlagsFromString('--expose-gc');
    return vm.runInNewContext('gc');
  } catch {
    // The snapshot's own collection has to do.
    return () => {};
  } finally {
    v8.setFlagsFromString('--no-expose-gc');
  }
}

module.exports = { collect };
