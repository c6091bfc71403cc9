// @ts-check
/**
 * `node scripts/release/try.js FOLDER [PLATFORM]`: installs the tarballs in FOLDER into an empty project as a user would,
 * without cargo and without anything of the checkout, and finds a leak with them. With PLATFORM that one's package must be
 * the one that is loaded. Needs nothing but Node and npm, so that it runs in a bare container.
 */
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { platformName } = require('../../lib/platform');
const { hunt, run } = require('./hunt');

const windows = process.platform === 'win32';

/**
 * @param {string} release
 * @param {string} platform
 * @returns {Promise<string[]>} what is wrong
 */
async function trial(release, platform) {
  if (platform !== platformName()) return [`this is ${platformName()}, not ${platform}`];
  /** @type {Array<{ name: string, version: string, tarball: string }>} */
  const packages = JSON.parse(fs.readFileSync(path.join(release, 'order.json'), 'utf8'));
  const wanted = packages.filter(({ name }) => ['heap-analyzer', `heap-analyzer-${platform}`].includes(name));
  if (wanted.length !== 2) return [`there is no package for ${platform} in ${release}`];

  const project = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-try-')));
  try {
    fs.writeFileSync(path.join(project, 'package.json'), '{"name":"user","private":true}');
    // The packages of the other platforms are not in the registry yet; they are optional, so npm goes on without them.
    const tarballs = wanted.map(({ tarball }) => path.resolve(release, tarball));
    const options = ['--no-audit', '--no-fund', '--no-update-notifier'];
    execFileSync(windows ? 'npm.cmd' : 'npm', ['install', ...options, ...tarballs], {
      cwd: project,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: windows,
    });
    // No cargo, no compiler: where Node is, and what the system cannot do without.
    const folders = [
      path.dirname(process.execPath),
      ...(windows ? [`${process.env.SystemRoot}\\System32`] : []),
    ];
    const ground = {
      node: process.execPath,
      env: { ...process.env, PATH: folders.join(path.delimiter), NAPI_RS_NATIVE_LIBRARY_PATH: '' },
      project,
    };
    const command = path.join(project, 'node_modules', 'heap-analyzer', 'cli', 'heap-analyzer.js');
    const [{ version }] = wanted;
    const told = await run(ground, [command, '--version'], project);
    if (told.stdout.trim() !== version) return [`--version says ${told.stdout}${told.stderr}`];
    const help = await run(ground, [command, '--help'], project);
    if (help.code !== 0 || !help.stdout.startsWith('Usage: heap-analyzer')) return [`--help: ${help.stderr}`];
    return await hunt(ground);
  } finally {
    fs.rmSync(project, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function main() {
  const [release, platform = platformName()] = process.argv.slice(2);
  if (release === undefined) throw new Error('usage: node scripts/release/try.js FOLDER [PLATFORM]');
  const faults = await trial(path.resolve(release), platform);
  for (const fault of faults) console.error(`try: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else
    console.log(`${platform}, Node ${process.versions.node}: installed, and the leak was found by its name`);
}

main().catch((error) => {
  console.error(`try: ${error.message}`);
  process.exitCode = 1;
});
