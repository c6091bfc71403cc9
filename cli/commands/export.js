// @ts-check
'use strict';

/**
 * `heap-analyzer export FILE --format parquet --output DIR`: a heap as tables, for databases.
 */

const { addCache, openCache } = require('../cache');
const { addExamples, addJson, addThreads, choice } = require('../options');

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('export')
    .description('Write a heap as tables for databases: nodes, edges, classes and findings.')
    .argument('<file>', 'the snapshot; - reads it from a pipe')
    .option(
      '--format <format>',
      ...choice('how tables are written (default: ndjson)', ['ndjson', 'parquet', 'arrow']),
    )
    .requiredOption('--output <dir>', 'the directory that they go to; made if it is missing')
    .option('--overwrite', 'replace tables that stand there');
  addThreads(command);
  addCache(command);
  addJson(command);
  addExamples(command, [
    'heap-analyzer export heap.heapsnapshot --output tables',
    'heap-analyzer export heap.heapsnapshot --format parquet --output tables',
    'heap-analyzer export heap.heapsnapshot --format arrow --output tables',
  ]);
  command.action((file, options) => run(file, options, context));
}

/**
 * @param {string} file
 * @param {Record<string, any> & import('../cache').CacheFlags} options
 * @param {import('../main').Context} context
 */
async function run(file, options, context) {
  const { exportTables } = require('../../lib/objects/export');
  const { openInput: openHeap } = require('../../lib/objects/open');
  const { version } = require('../../package.json');
  const { openInput, totalBytes } = require('../input');
  const { print } = require('../output');
  const { progressLine } = require('../render/progress');

  const { format = 'ndjson', output, overwrite, threads, json, quiet = false } = options;
  const input = await openInput(file, context);
  const progress = progressLine({ stream: () => context.stderr, quiet, totalBytes: totalBytes([input]) });
  const cache = openCache(options, context);
  const { signal } = context;
  let answer;
  try {
    const onProgress = (/** @type {{ phase: string, fraction: number }} */ { phase, fraction }) =>
      progress.update({ phase, fraction: fraction / 2 });
    const snapshot = await openHeap(input, { threads, cache: cache.indexing, signal, onProgress }, true);
    try {
      const told = await exportTables(snapshot, {
        ...{ format, output, overwrite, signal },
        onProgress: ({ phase, fraction }) => progress.update({ phase, fraction: (1 + fraction) / 2 }),
      });
      const tool = { name: 'heap-analyzer', version };
      answer = { schemaVersion: 1, tool, snapshots: [snapshot.toJSON()], ...told };
    } finally {
      snapshot.close();
    }
  } finally {
    progress.end();
  }
  print(answer, json, render, context);
  await cache.write();
}

/**
 * @param {any} answer
 * @param {import('../render/style').Style} style
 */
function render({ tables, directory }, style) {
  const { count, size } = require('../render/numbers');
  const { table } = require('../render/table');
  const { clean } = require('../render/text');
  const path = require('node:path');
  const lines = table(
    [
      { title: 'TABLE', name: true, value: (row) => path.basename(row.path) },
      { title: 'ROWS', value: (row) => count(row.rows) },
      { title: 'SIZE', value: (row) => size(row.sizeBytes) },
    ],
    tables,
    style,
  );
  return [...lines, '', clean(directory), ''].join('\n');
}

module.exports = { define };
