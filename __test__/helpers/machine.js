// @ts-check
'use strict';

/**
 * A machine as a user has it who has Node and nothing else: a PATH with `node`, `npm`, `npx` and a shell, and no cargo.
 */

const fs = require('node:fs');
const path = require('node:path');
const { nodeBinary, npmDirectory } = require('../../fixtures/nodes');
const { run } = require('./run');

/**
 * @typedef {object} Machine
 * @property {NodeJS.ProcessEnv} env
 * @property {(command: string, args: string[], cwd: string) => Promise<import('./run').Outcome>} run
 */

/**
 * @param {number} major of Node
 * @param {object} options
 * @param {string} options.directory its own, for commands, home and caches
 * @param {string} options.registry
 * @returns {Promise<Machine>}
 */
async function machine(major, { directory, registry }) {
  const bin = path.join(directory, 'bin');
  fs.mkdirSync(bin, { recursive: true });
  const npm = await npmDirectory(major);
  const ours = major === Number(process.versions.node.split('.')[0]);
  for (const [name, target] of [
    ['node', ours ? process.execPath : await nodeBinary(major)],
    ['npm', path.join(npm, 'bin', 'npm-cli.js')],
    ['npx', path.join(npm, 'bin', 'npx-cli.js')],
    ['sh', '/bin/sh'],
  ])
    fs.symlinkSync(target, path.join(bin, name));
  /** @type {NodeJS.ProcessEnv} */
  const env = {
    // Settings of the npm and the cargo around us are not meant for this one.
    ...Object.fromEntries(
      Object.keys(process.env)
        .filter((key) => /^(npm_|cargo|rustup|node_options|init_cwd)/i.test(key))
        .map((key) => [key, undefined]),
    ),
    PATH: bin,
    HOME: directory,
    npm_config_registry: registry,
    npm_config_cache: path.join(directory, 'cache'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  };
  return {
    env,
    run: (command, args, cwd) => run(args, { command: path.join(bin, command), cwd, env }),
  };
}

module.exports = { machine };
