// @ts-check
/**
 * The platforms that get a package with a prebuilt engine, and what the manifest of each says. `npm/` holds them as
 * files, for people to read and for npm to pack; `npm run platforms` writes them anew and a test holds them against this.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');

/** Our Linux binaries need no newer glibc than this one; Node 18's own need 2.28. */
const GLIBC_BUILT_AGAINST = '2.17';

/**
 * @typedef {object} Platform
 * @property {string} name as Node and the napi tools say it
 * @property {string} target as the compiler says it
 * @property {string} title as people say it
 * @property {NodeJS.Platform} os
 * @property {'x64' | 'arm64'} cpu
 * @property {'glibc' | 'musl'} [libc]
 */

/** @type {Platform[]} */
const PLATFORMS = [
  linux('x64', 'glibc'),
  linux('x64', 'musl'),
  linux('arm64', 'glibc'),
  linux('arm64', 'musl'),
  { ...other('darwin', 'x64', 'macOS x64 (Intel)'), target: 'x86_64-apple-darwin' },
  { ...other('darwin', 'arm64', 'macOS arm64 (Apple silicon)'), target: 'aarch64-apple-darwin' },
  { ...other('win32', 'x64', 'Windows x64'), name: 'win32-x64-msvc', target: 'x86_64-pc-windows-msvc' },
  {
    ...other('win32', 'arm64', 'Windows arm64'),
    name: 'win32-arm64-msvc',
    target: 'aarch64-pc-windows-msvc',
  },
];

/** @param {'x64' | 'arm64'} cpu @param {'glibc' | 'musl'} libc @returns {Platform} */
function linux(cpu, libc) {
  const abi = libc === 'glibc' ? 'gnu' : 'musl';
  const target = `${cpu === 'x64' ? 'x86_64' : 'aarch64'}-unknown-linux-${abi}`;
  return { name: `linux-${cpu}-${abi}`, target, title: `Linux ${cpu} (${libc})`, os: 'linux', cpu, libc };
}

/** @param {NodeJS.Platform} os @param {'x64' | 'arm64'} cpu @param {string} title */
function other(os, cpu, title) {
  return { name: `${os}-${cpu}`, title, os, cpu };
}

/** @param {Platform} platform */
const packageName = ({ name }) => `heap-analyzer-${name}`;

/** @param {Platform} platform */
const binaryName = ({ name }) => `heap-analyzer.${name}.node`;

/** @param {string} name @returns {Platform} */
function platformNamed(name) {
  const found = PLATFORMS.find((platform) => platform.name === name || platform.target === name);
  if (!found)
    throw new Error(
      `no platform ${name}; there are ${PLATFORMS.map((platform) => platform.name).join(', ')}`,
    );
  return found;
}

/**
 * @param {Platform} platform
 * @returns {Record<string, unknown>} its package.json
 */
function manifest(platform) {
  const { version, license, engines } = require('../../package.json');
  return {
    name: packageName(platform),
    version,
    description: `The engine of heap-analyzer for ${platform.title}`,
    keywords: ['heap-analyzer'],
    license,
    main: binaryName(platform),
    files: [binaryName(platform)],
    os: [platform.os],
    cpu: [platform.cpu],
    ...(platform.libc && { libc: [platform.libc] }),
    engines: { node: engines.node },
  };
}

/** @param {Platform} platform @returns {string} its README.md */
function readme(platform) {
  return [
    `# ${packageName(platform)}`,
    '',
    `The engine of [heap-analyzer](https://www.npmjs.com/package/heap-analyzer), built for ${platform.title}.`,
    'npm installs it by itself, as an optional dependency of `heap-analyzer`, where it fits; there is nothing to use in',
    'it without that package.',
    '',
  ].join('\n');
}

/** Writes `npm/`. */
function main() {
  for (const platform of PLATFORMS) {
    const folder = path.join(root, 'npm', platform.name);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest(platform), null, 2)}\n`);
    fs.writeFileSync(path.join(folder, 'README.md'), readme(platform));
  }
}

module.exports = {
  GLIBC_BUILT_AGAINST,
  PLATFORMS,
  binaryName,
  manifest,
  packageName,
  platformNamed,
  readme,
  root,
};

if (require.main === module) main();
