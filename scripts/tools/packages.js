// @ts-check
/**
 * `npm run lint`: the main package as it is packed, held against publint (what npm, Node and bundlers expect of a manifest)
 * and attw (whether TypeScript finds the types that Node's `require` and `import` really give).
 */
'use strict';

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const os = require('node:os');
const path = require('node:path');

const { assemble } = require('../release/assemble');

/**
 * @param {string} folder of the unpacked package
 * @returns {Promise<string[]>}
 */
async function publintFaults(folder) {
  const { publint } = await import('publint');
  const { formatMessage } = await import('publint/utils');
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const { messages } = await publint({ pkgDir: folder, strict: true, pack: false });
  return messages.map(
    (message) => `publint: ${message.type}: ${formatMessage(message, manifest, { color: false })}`,
  );
}

/**
 * @param {string} tarball
 * @returns {string[]}
 */
function attwFaults(tarball) {
  const cli = createRequire(__filename).resolve('@arethetypeswrong/cli/package.json');
  const command = path.join(path.dirname(cli), require(cli).bin.attw);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [command, tarball, '--format', 'ascii', '--no-color', '--no-emoji'],
    { encoding: 'utf8' },
  );
  return status === 0 ? [] : [`attw: ${stdout}${stderr}`];
}

async function main() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-lint-'));
  try {
    const [{ tarball }] = assemble({ destination: directory, binaries: {} });
    execFileSync('tar', ['-xzf', path.basename(tarball)], { cwd: directory });
    const faults = [...(await publintFaults(path.join(directory, 'package'))), ...attwFaults(tarball)];
    for (const fault of faults) console.error(fault);
    console.log(faults.length === 0 ? 'publint and attw have nothing to say' : `${faults.length} faults`);
    process.exitCode = faults.length === 0 ? 0 : 1;
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

main();
