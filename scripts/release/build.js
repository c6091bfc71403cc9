// @ts-check
/**
 * `npm run build:release [-- PLATFORM…]`: the binaries as they are published, into `artifacts/`; without a platform, the
 * one of this machine. Those of Linux are compiled by zig, which brings an old glibc and musl along and crosses to the
 * other processor; the others need their own system. Each is looked at when it is done, see `binary.js`.
 */
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { platformName } = require('../../lib/platform');
const { faults, glibcNeeded, readBinary } = require('./binary');
const { GLIBC_BUILT_AGAINST, binaryName, platformNamed, root } = require('./platforms');
const { zigFolders } = require('./zig');

const ARTIFACTS = path.join(root, 'artifacts');

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  console.error(`build:release: ${sentence}`);
  process.exit(1);
}

/**
 * @param {import('./platforms').Platform} platform
 * @returns {Promise<{ args: string[], env: NodeJS.ProcessEnv }>} for `napi build`
 */
async function recipe({ os, target, libc }) {
  if (os === 'linux') {
    let folders;
    try {
      folders = await zigFolders();
    } catch (error) {
      fail(
        `binaries for Linux are built by zig, which python3 and its pip could not fetch (${messageOf(error)}).`,
      );
    }
    const zigTarget = libc === 'glibc' ? `${target}.${GLIBC_BUILT_AGAINST}` : target;
    const PATH = [...folders, process.env.PATH].join(path.delimiter);
    return { args: ['--cross-compile', '--target', zigTarget], env: { PATH } };
  }
  const args = ['--target', target];
  // Windows machines without Visual C++ lack its runtime, and Node does not bring it.
  if (os === 'win32') return { args, env: { RUSTFLAGS: '-C target-feature=+crt-static' } };
  return { args, env: { MACOSX_DEPLOYMENT_TARGET: '11.0' } };
}

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];

/** @param {import('./platforms').Platform} platform */
async function build(platform) {
  if (platform.os !== 'linux' && platform.os !== process.platform)
    fail(`${platform.name} is built on ${platform.title.split(' ', 1)[0]}; this is ${process.platform}.`);
  const { args, env } = await recipe(platform);
  const manifest = require.resolve('@napi-rs/cli/package.json', { paths: [root] });
  const napi = path.join(path.dirname(manifest), require(manifest).bin.napi);
  const common = [
    'build',
    '--platform',
    '--release',
    '--features',
    'node',
    '--no-js',
    '--output-dir',
    ARTIFACTS,
  ];
  const built = spawnSync(process.execPath, [napi, ...common, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  if (built.status !== 0) fail(`${platform.name} could not be built; the messages above say why.`);

  const file = path.join(ARTIFACTS, binaryName(platform));
  // Types of the boundary, which are nobody's but ours.
  fs.rmSync(path.join(ARTIFACTS, 'index.d.ts'), { force: true });
  const wrong = faults(file, platform);
  if (wrong.length > 0) fail(`${path.relative(root, file)} is not fit to be published: ${wrong.join('; ')}.`);
  const glibc = glibcNeeded(readBinary(file));
  const size = (fs.statSync(file).size / 1e6).toFixed(1);
  console.log(`${path.relative(root, file)}: ${size} MB${glibc ? `, needs glibc ${glibc}` : ''}`);
}

async function main() {
  const names = process.argv.slice(2);
  for (const name of names.length > 0 ? names : [platformName()]) {
    let platform;
    try {
      platform = platformNamed(name);
    } catch (error) {
      fail(`${messageOf(error)}.`);
    }
    await build(platform);
  }
}

if (require.main === module) main();

module.exports = { ARTIFACTS };
