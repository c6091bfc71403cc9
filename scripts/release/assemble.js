// @ts-check
/**
 * `npm run release:assemble`: the packages as they are published, as tarballs in `release/`: one for each platform from
 * `artifacts/`, and the main one, whose manifest names them. What is tested and what is published are these very files.
 *
 * The main manifest gets its `optionalDependencies` here and nowhere else: names that are not published yet would break
 * `npm ci` in a checkout. It loses what is of use in a checkout only (scripts, development packages), so that nothing of
 * it can run at anybody's installation.
 */
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { buildViewer } = require('../viewer');
const { faults } = require('./binary');
const { ARTIFACTS } = require('./build');
const { PLATFORMS, binaryName, manifest, packageName, readme, root } = require('./platforms');

/**
 * @typedef {object} Packed
 * @property {string} name
 * @property {string} version
 * @property {string} tarball its path
 * @property {string[]} files in it
 * @property {number} size of the tarball in bytes
 */

/**
 * The main package's manifest as it is published.
 * @param {string} [repository] its address, which a provenance statement is held against
 * @returns {Record<string, any>}
 */
function mainManifest(repository) {
  /** @type {Record<string, any>} */
  const ours = require('../../package.json');
  const { scripts: _scripts, devDependencies: _devDependencies, ...kept } = ours;
  const optionalDependencies = Object.fromEntries(
    PLATFORMS.map((platform) => [packageName(platform), kept.version]),
  );
  return { ...kept, ...repositoryField(repository), optionalDependencies };
}

/** @param {string} [repository] */
const repositoryField = (repository) =>
  repository ? { repository: { type: 'git', url: `git+${repository}.git` } } : {};

/**
 * npm, but for the scripts of what it packs: what is packed was built before.
 * @param {string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  const command = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const output = execFileSync(command, [...args, '--json', '--ignore-scripts', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    // Settings that an npm around us hands to its scripts are not meant for this one.
    env: Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key))),
  });
  // A list up to npm 10, by name since 11.
  const [packed] = Object.values(JSON.parse(output));
  return packed;
}

/**
 * @param {string} folder
 * @param {string} destination
 * @returns {Packed}
 */
function pack(folder, destination) {
  const packed = npm(['pack', '--pack-destination', destination], folder);
  return {
    name: packed.name,
    version: packed.version,
    tarball: path.join(destination, packed.filename),
    files: packed.files.map((/** @type {{ path: string }} */ file) => file.path),
    size: packed.size,
  };
}

/**
 * @param {object} options
 * @param {string} options.destination a folder that is there
 * @param {Record<string, string>} options.binaries by the platform's name
 * @param {string} [options.repository]
 * @returns {Packed[]} those of the platforms, then the main one; `order.json` in the folder says it too
 */
function assemble({ destination, binaries, repository }) {
  if (!fs.existsSync(path.join(root, 'viewer', 'dist', 'viewer.js')))
    throw new Error('viewer/dist is part of the package and was not built: run `node scripts/viewer.js`');
  const stage = fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-release-'));
  try {
    const packed = PLATFORMS.filter(({ name }) => binaries[name]).map((platform) => {
      const folder = path.join(stage, platform.name);
      fs.mkdirSync(folder);
      fs.copyFileSync(binaries[platform.name], path.join(folder, binaryName(platform)));
      fs.copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
      fs.writeFileSync(path.join(folder, 'README.md'), readme(platform));
      writeManifest(folder, { ...manifest(platform), ...repositoryField(repository) });
      return pack(folder, destination);
    });
    const folder = path.join(stage, 'main');
    for (const { path: file } of npm(['pack', '--dry-run'], root).files) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.copyFileSync(path.join(root, file), path.join(folder, file));
    }
    writeManifest(folder, mainManifest(repository));
    packed.push(pack(folder, destination));
    // In the order in which they have to be published: nobody may get a main package whose platforms are not there yet.
    const order = packed.map(({ tarball, ...rest }) => ({ ...rest, tarball: path.basename(tarball) }));
    fs.writeFileSync(path.join(destination, 'order.json'), `${JSON.stringify(order, null, 2)}\n`);
    return packed;
  } finally {
    fs.rmSync(stage, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {object} content */
function writeManifest(folder, content) {
  fs.writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(content, null, 2)}\n`);
}

/**
 * The binaries in a folder, each looked at.
 * @param {string} folder
 * @returns {{ binaries: Record<string, string>, missing: string[], wrong: string[] }}
 */
function collect(folder) {
  /** @type {Record<string, string>} */
  const binaries = {};
  const missing = [];
  const wrong = [];
  for (const platform of PLATFORMS) {
    const file = path.join(folder, binaryName(platform));
    if (!fs.existsSync(file)) {
      missing.push(platform.name);
      continue;
    }
    binaries[platform.name] = file;
    for (const fault of faults(file, platform)) wrong.push(`${binaryName(platform)}: ${fault}`);
  }
  return { binaries, missing, wrong };
}

async function main() {
  const some = process.argv.includes('--some');
  const { binaries, missing, wrong } = collect(ARTIFACTS);
  const problems = [...wrong];
  if (missing.length > 0 && !some)
    problems.push(`no binary in artifacts/ for ${missing.join(', ')} (--some packs those that are there)`);
  const trouble = await buildViewer();
  if (trouble !== null) problems.push(trouble);
  if (problems.length > 0) {
    for (const problem of problems) console.error(`release:assemble: ${problem}`);
    process.exit(1);
  }
  const destination = path.join(root, 'release');
  fs.rmSync(destination, { recursive: true, force: true });
  fs.mkdirSync(destination);
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
  const packages = assemble({ destination, binaries, repository: server && name && `${server}/${name}` });
  for (const { tarball, size } of packages)
    console.log(`${path.relative(root, tarball)}  ${(size / 1e6).toFixed(2)} MB`);
}

module.exports = { assemble, collect, mainManifest };

if (require.main === module) main();
