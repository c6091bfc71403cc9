// @ts-check
/**
 * Builds the native addon of a checkout into `native/`, and the viewer's page into `viewer/dist`. Runs as `prepare`, that is, after `npm install` in a
 * checkout and before `npm pack`; people who install the published package never run it. What is published is built by
 * `scripts/release/build.js`. No loader is generated: `lib/native.js` is ours.
 */
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { platformName } = require('../lib/platform');

const root = path.join(__dirname, '..');

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  console.error(`heap-analyzer: ${sentence}`);
  process.exit(1);
}

const cargo = spawnSync('cargo', ['--version'], { encoding: 'utf8' });
if (cargo.error || cargo.status !== 0) {
  fail(
    'building from a checkout needs Rust, and `cargo` was not found; install it from https://rustup.rs ' +
      "(or your system's packages) and run `npm install` again.",
  );
}

const cli = require.resolve('@napi-rs/cli/package.json', { paths: [root] });
const bin = path.join(path.dirname(cli), require(cli).bin.napi);
const build = spawnSync(
  process.execPath,
  [
    bin,
    'build',
    '--platform',
    '--release',
    '--features',
    'node',
    '--no-js',
    '--dts',
    'binding.d.ts',
    '--output-dir',
    'native',
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
if (build.error || build.status !== 0) {
  fail('the native addon could not be built; the messages of cargo above say why.');
}

// Where the package of this platform has it, so that `npm pack . ./npm/<platform>` gives a pair that works here.
const binary = `heap-analyzer.${platformName()}.node`;
const folder = path.join(root, 'npm', platformName());
if (fs.existsSync(folder)) fs.copyFileSync(path.join(root, 'native', binary), path.join(folder, binary));

require('./viewer')
  .buildViewer()
  .then((trouble) => {
    if (trouble !== null) fail(trouble);
  });
