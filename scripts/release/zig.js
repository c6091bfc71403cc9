// @ts-check
/**
 * The C compiler that brings old C libraries along (zig), and the bridge from cargo to it. Both are Python packages: of the
 * versions in `requirements.txt`, fetched once into the cache of the tests, nothing installed for the user.
 */
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { fingerprint, once } = require('../../fixtures/cache');

const REQUIREMENTS = path.join(__dirname, 'requirements.txt');

/**
 * @returns {Promise<string[]>} folders for the PATH, so that `zig` and `cargo-zigbuild` are found
 */
async function zigFolders() {
  const name = `zig-${fingerprint(fs.readFileSync(REQUIREMENTS))}`;
  const folder = await once(path.join('tools', name), async (draft) => {
    execFileSync(
      'python3',
      ['-m', 'pip', 'install', '--quiet', '--target', draft, '--requirement', REQUIREMENTS],
      {
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
  });
  return [path.join(folder, 'bin'), path.join(folder, 'ziglang')];
}

module.exports = { zigFolders };
