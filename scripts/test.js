// @ts-check
/**
 * `npm test`: every test that a change should pass, Rust and JavaScript, in under ten minutes.
 * `npm run test:full` adds what takes longer. Installs the test folders' own packages when they are missing.
 */
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { platformName } = require('../lib/platform');
const { FULL_FOLDERS, missingPackages } = require('./packages');
const { binaryName, platformNamed } = require('./release/platforms');
const { countResults, root, runStep } = require('./run');

const full = process.argv.includes('--full');

/** Tests mostly wait: for other processes, for time to pass. Node would leave a processor idle, and of two that is half. */
const FILES_AT_ONCE = Math.max(2, os.availableParallelism() - 1);

/** @param {string} folder @returns {string[]} */
function testFiles(folder) {
  const files = fs.readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.test.js') && !file.includes('node_modules'))
    .map((file) => path.join(folder, file))
    .sort();
}

/** Hostile input at length: damage, shapes and cancellation in their whole numbers; Miri; ten minutes for each fuzz target. */
function hostileInput() {
  const hostile = ['test', '--release', '--test', 'hostile', '--', '--nocapture', '--test-threads=1'];
  return [
    { name: 'hostile input', command: 'cargo', args: hostile, env: { HEAP_ANALYZER_FULL_TESTS: '1' } },
    { name: 'unsafe code under Miri', command: process.execPath, args: ['scripts/miri.js'] },
    { name: 'fuzzing', command: process.execPath, args: ['scripts/fuzz.js'] },
  ];
}

/** The binary as it is published, built against an old glibc, and the package tests with it on every Node. */
function publishedBinary() {
  const binary = path.join('artifacts', binaryName(platformNamed(platformName())));
  return [
    { name: 'binary for publication', command: process.execPath, args: ['scripts/release/build.js'] },
    {
      name: 'packages with that binary',
      command: process.execPath,
      args: ['--test', '--test-reporter=spec', '__test__/package.test.js', '__test__/release/binary.test.js'],
      env: { HEAP_ANALYZER_BINARY: binary },
    },
  ];
}

/** The analyses of examples/analyses say what memlab's say, or there is a reason that the snapshot bears out. */
const besideMemlab = () => ({
  name: 'answers beside memlab',
  command: process.execPath,
  args: ['benches/analyses-answers.js'],
});

/** @returns {import('./run').Step[]} */
function steps() {
  return [
    { name: 'engine', command: 'cargo', args: ['test', '--quiet'] },
    ...(full ? [...hostileInput(), ...publishedBinary()] : []),
    ...(full ? missingPackages(FULL_FOLDERS) : missingPackages()),
    {
      name: 'face and command line',
      command: process.execPath,
      args: [
        '--test',
        `--test-concurrency=${FILES_AT_ONCE}`,
        '--test-reporter=spec',
        ...testFiles('__test__'),
      ],
      // The guide as it is typed, with load for as long as it says; DuckDB; and what else takes long.
      ...(full ? { env: { HEAP_ANALYZER_FULL_TESTS: '1' } } : {}),
    },
    {
      name: 'conformance harness',
      command: process.execPath,
      args: [
        '--test',
        `--test-concurrency=${FILES_AT_ONCE}`,
        '--test-reporter=spec',
        ...testFiles('conformance'),
      ],
    },
    {
      name: 'conformance with DevTools',
      command: process.execPath,
      args: ['conformance/run.js', full ? '--full' : '--small'],
    },
    {
      name: 'leaking and healthy apps',
      command: process.execPath,
      args: ['corpus/run.js', full ? '--full' : '--quick'],
    },
    ...(full ? [besideMemlab()] : []),
  ];
}

async function main() {
  const total = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const broken = [];
  /** @type {string[]} */
  const times = [];
  for (const step of steps()) {
    const { ok, output, seconds } = await runStep(step);
    const counts = countResults(output);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    times.push(`${step.name} ${seconds.toFixed(0)} s`);
    if (!ok || counts.failed > 0) broken.push(step.name);
  }
  console.log(`\n${times.join(' · ')}`);
  if (broken.length > 0) console.log(`failed: ${broken.join(', ')}`);
  // On CI everything the tests need is installed, so a skip there hides something.
  const skipsCount = process.env.CI === 'true' && total.skipped > 0;
  if (skipsCount) console.log(`${total.skipped} tests were skipped, and on CI none may be`);
  console.log(
    `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
  );
  process.exitCode = broken.length > 0 || skipsCount ? 1 : 0;
}

main();
