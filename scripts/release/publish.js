// @ts-check
/**
 * `node scripts/release/publish.js [--dry-run]`: publishes the tarballs in `release/` with a provenance statement, those
 * of the platforms first and the main one last. May be run again after it stopped halfway: what is in the registry already
 * is passed over. Meant for the release workflow, since only a CI run can prove where a package comes from.
 */
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { root } = require('./platforms');

/**
 * @param {string} name
 * @param {string} version
 * @returns {boolean}
 */
function isPublished(name, version) {
  const { status, stdout, stderr } = spawnSync('npm', ['view', `${name}@${version}`, 'version', '--json'], {
    encoding: 'utf8',
  });
  // An existing package without that version answers with nothing, an unknown one with E404; anything else is trouble.
  if (status === 0) return stdout.trim() !== '';
  if (stdout.includes('E404') || stderr.includes('E404')) return false;
  throw new Error(`cannot ask the registry about ${name}@${version}: ${stderr.trim() || stdout.trim()}`);
}

/**
 * Prereleases must not become what `npm install heap-analyzer` gives.
 * @param {string} version
 */
const tagOf = (version) => (version.includes('-') ? 'next' : 'latest');

/**
 * @param {object} options
 * @param {string} options.folder with `order.json`
 * @param {boolean} options.dryRun
 * @returns {string[]} what was published, as `name@version`
 */
function publish({ folder, dryRun }) {
  /** @type {Array<{ name: string, version: string, tarball: string }>} */
  const packages = JSON.parse(fs.readFileSync(path.join(folder, 'order.json'), 'utf8'));
  const published = [];
  for (const { name, version, tarball } of packages) {
    const id = `${name}@${version}`;
    if (isPublished(name, version)) {
      console.log(`${id} is in the registry already`);
      continue;
    }
    const args = ['publish', `./${tarball}`, '--access', 'public', '--tag', tagOf(version)];
    const { status } = spawnSync('npm', [...args, dryRun ? '--dry-run' : '--provenance'], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    // Stopping here keeps the main package unpublished while one of its platforms is missing.
    if (status !== 0) throw new Error(`npm could not publish ${id}`);
    published.push(id);
  }
  return published;
}

module.exports = { publish };

if (require.main === module) {
  try {
    publish({ folder: path.join(root, 'release'), dryRun: process.argv.includes('--dry-run') });
  } catch (error) {
    console.error(`publish: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
