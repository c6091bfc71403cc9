'use strict';

/**
 * Nobody waits for the command line itself. The least of several runs in turns, so that other work on the
 * machine disturbs it little; benches/startup.js measures it more closely.
 */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const test = require('node:test');
const { executable } = require('../helpers/run');

/** As promised for `--version`, above what Node takes to do nothing. */
const MOST_MS = 60;

const RUNS = 6;

/** Milliseconds that a process takes. @param {string[]} args */
function cost(args) {
  const began = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, args);
  assert.equal(status, 0);
  return Number(process.hrtime.bigint() - began) / 1e6;
}

test(`--version takes at most ${MOST_MS} ms more than Node doing nothing`, () => {
  let nothing = Infinity;
  let version = Infinity;
  for (let run = 0; run < RUNS; run++) {
    nothing = Math.min(nothing, cost(['-e', '0']));
    version = Math.min(version, cost([executable, '--version']));
  }
  assert.ok(
    version - nothing <= MOST_MS,
    `${version.toFixed(1)} ms, and Node alone ${nothing.toFixed(1)} ms`,
  );
});
