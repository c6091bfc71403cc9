// @ts-check
/** `npm run lint`: formatting, lints and types of both languages. Stops at nothing, so that one run tells all. */
'use strict';

const path = require('node:path');

const { missingPackages } = require('./packages');
const { root, runStep } = require('./run');

/** @param {string} name of a package's command @param {string[]} args */
const tool = (name, args) => ({
  name,
  command: path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name),
  args,
});

const deny = ['--', '-D', 'warnings'];

/** @type {import('./run').Step[]} */
const steps = [
  // Their types are looked at too.
  ...missingPackages(),
  tool('prettier', ['--check', '.']),
  tool('oxlint', ['--deny-warnings']),
  tool('tsc', ['-p', 'tsconfig.json']),
  tool('tsc', ['-p', 'viewer/tsconfig.json']),
  { name: 'packages', command: process.execPath, args: ['scripts/tools/packages.js'] },
  { name: 'workflows', command: process.execPath, args: ['scripts/tools/workflows.js'] },
  { name: 'rustfmt', command: 'cargo', args: ['fmt', '--check'] },
  {
    name: 'clippy',
    command: 'cargo',
    args: ['clippy', '--quiet', '--all-targets', '--features', 'phases', ...deny],
  },
  { name: 'clippy (Node-API)', command: 'cargo', args: ['clippy', '--quiet', '--features', 'node', ...deny] },
  {
    name: 'rustdoc',
    command: 'cargo',
    args: ['doc', '--quiet', '--no-deps', '--document-private-items'],
    env: { RUSTDOCFLAGS: '-D warnings -A rustdoc::private_intra_doc_links' },
  },
];

async function main() {
  const broken = [];
  for (const step of steps) {
    const { ok } = await runStep(step);
    if (!ok) broken.push(step.name);
  }
  console.log(broken.length === 0 ? '\nlint: clean' : `\nlint: ${broken.join(', ')} failed`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}

main();
