// @ts-check
/**
 * Folders with a package.json of their own (so that users never download what only tests and benches need): the steps
 * that install them where they are missing or out of date.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { root } = require('./run');

const FOLDERS = [
  'conformance',
  '__test__/frameworks',
  '__test__/runners',
  '__test__/browser',
  'scripts/tools',
  'viewer',
];
/** What `npm run test:full` has besides: large. */
const FULL_FOLDERS = [...FOLDERS, '__test__/databases'];

const npm = process.env.npm_execpath
  ? { command: process.execPath, args: [process.env.npm_execpath] }
  : { command: 'npm', args: [] };

/** @param {string} folder */
function isInstalled(folder) {
  const lock = path.join(root, folder, 'package-lock.json');
  const installed = path.join(root, folder, 'node_modules', '.package-lock.json');
  return fs.existsSync(installed) && fs.statSync(installed).mtimeMs >= fs.statSync(lock).mtimeMs;
}

/**
 * @param {string[]} [folders] what the tests need, unless something else does
 * @returns {import('./run').Step[]}
 */
function missingPackages(folders = FOLDERS) {
  return folders
    .filter((folder) => !isInstalled(folder))
    .map((folder) => ({
      name: `packages of ${folder}`,
      command: npm.command,
      args: [...npm.args, 'ci', '--no-audit', '--no-fund', '--prefix', folder],
    }));
}

module.exports = { FULL_FOLDERS, missingPackages };
