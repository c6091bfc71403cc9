// @ts-check
/**
 * Runs the unsafe code but the mapping under Miri, which sees what no test can: memory that is read before it is
 * written, pointers that leave what they point into, threads that race. Needs a nightly toolchain with Miri
 * (docs/fuzzing.md); without it this counts as skipped.
 */
'use strict';

const { spawnSync } = require('node:child_process');

const { runStep } = require('./run');

/**
 * What touches it: allocation, the vector unit, the parallel reader, an analysis from end to end, labels that two threads
 * move, and the index.
 */
const TESTS = [
  'memory::',
  'snapshot::stretch',
  'snapshot::tests::a_snapshot_is',
  'snapshot::tests::faults_in',
  'graph::tree',
  'graph::dominators::tests::cycles',
  'analysis::tests',
  'graph::figures::tests::a_few',
  // Views of an index, of those that map no file.
  'store::tests::a_forged_head',
  'store::tests::damage_in',
];

async function main() {
  if (spawnSync('cargo', ['+nightly', 'miri', '--version']).status !== 0) {
    console.log('Miri is not installed: docs/fuzzing.md');
    console.log('0 passed, 0 failed, 1 skipped');
    return;
  }
  const { ok } = await runStep({
    name: 'Miri',
    command: 'cargo',
    args: ['+nightly', 'miri', 'test', '--lib', '--', ...TESTS],
    env: {
      // Property tests read where they stand, and a few cases are minutes here.
      PROPTEST_CASES: '3',
      // The pool's own memory is handed between threads as numbers and lives until the process ends; and of the two
      // models of what a pointer may do, the pool keeps to the newer one.
      MIRIFLAGS:
        '-Zmiri-disable-isolation -Zmiri-tree-borrows -Zmiri-permissive-provenance -Zmiri-ignore-leaks',
      CARGO_TARGET_DIR: 'target/miri',
    },
  });
  process.exitCode = ok ? 0 : 1;
}

main();
