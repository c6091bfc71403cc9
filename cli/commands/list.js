// @ts-check
'use strict';

/**
 * `heap-analyzer list`: the snapshots in a directory.
 */

const { addExamples, addJson, integerFrom } = require('../options');

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('list')
    .description('List the snapshots in a directory: when, of which process, how large, whole or not.')
    .argument('[directory]', 'where to look (default: HEAP_SNAPSHOT_DIR, else the working directory)')
    .option('--snapshot-dir <dir>', 'the same')
    .option('--pid <n>', 'only those of this process', integerFrom(1))
    .option('--check', 'read every file to its end, whatever its sidecar says');
  addJson(command);
  addExamples(command, ['heap-analyzer list', 'heap-analyzer list heap-snapshots --check --json']);
  command.action((directory, options) => run(directory, options, context));
}

/**
 * @param {string | undefined} directory
 * @param {{ snapshotDir?: string, pid?: number, check?: boolean, json?: boolean, quiet?: boolean }} options
 * @param {import('../main').Context} context
 */
async function run(directory, { snapshotDir, pid, check, json, quiet = false }, context) {
  const { HeapAnalyzerError } = require('../../lib/errors');
  const { listSnapshots } = require('../listing');
  const { print } = require('../output');
  const { renderListing } = require('../render/listing');
  const { progressLine } = require('../render/progress');
  const { version } = require('../../package.json');

  if (directory !== undefined && snapshotDir !== undefined) {
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', 'the directory is given twice: once is enough');
  }
  const place = directory ?? snapshotDir ?? (context.env.HEAP_SNAPSHOT_DIR || '.');
  const progress = progressLine({ stream: () => context.stderr, quiet });
  let snapshots;
  try {
    const { signal } = context;
    snapshots = await listSnapshots(place, { pid, check, signal, onProgress: progress.update });
  } finally {
    progress.end();
  }
  const answer = {
    schemaVersion: 1,
    tool: { name: 'heap-analyzer', version },
    directory: require('node:path').resolve(place),
    snapshots,
  };
  const text = (/** @type {any} */ shown, /** @type {import('../render/style').Style} */ style) =>
    renderListing(shown, style, { place, pid });
  print(answer, json, text, context);
}

module.exports = { define };
