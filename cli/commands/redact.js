// @ts-check
'use strict';

/**
 * `heap-analyzer redact FILE --output COPY`: a copy of a snapshot that may go where the heap itself must not.
 */

const { HeapAnalyzerError } = require('../../lib/errors');
const { addExamples, addJson } = require('../options');

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('redact')
    .description('Copy a snapshot without what its strings, sources and numbers say; every figure stays.')
    .argument('<file>', 'the snapshot; - reads it from a pipe')
    .argument('[copy]', 'the same as --output')
    .option('--output <file>', 'where the copy goes; .gz and .zst pack it')
    .option('--property-keys', 'also hide the keys of properties')
    .option('--overwrite', 'replace what stands there');
  addJson(command);
  addExamples(command, [
    'heap-analyzer redact app.heapsnapshot --output for-the-vendor.heapsnapshot.gz',
    'heap-analyzer redact app.heapsnapshot --output bare.heapsnapshot --property-keys',
  ]);
  command.action((file, copy, { output, ...options }) => run(file, place(copy, output), options, context));
}

/**
 * The one place that the copy goes to.
 * @param {string | undefined} copy
 * @param {string | undefined} output
 */
function place(copy, output) {
  const given = output ?? copy;
  if (given === undefined) {
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', '--output is missing: where the copy goes');
  }
  if (copy !== undefined && output !== undefined) {
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', `one copy is made: ${copy}, or --output ${output}`);
  }
  return given;
}

/**
 * @param {string} file
 * @param {string} output
 * @param {{ propertyKeys?: boolean, overwrite?: boolean, json?: boolean, quiet?: boolean }} options
 * @param {import('../main').Context} context
 */
async function run(file, output, { propertyKeys, overwrite, json, quiet = false }, context) {
  const { redactInput } = require('../../lib/redact');
  const { version } = require('../../package.json');
  const { openInput } = require('../input');
  const { print } = require('../output');
  const { renderRedaction } = require('../render/redaction');
  const { progressLine } = require('../render/progress');

  const input = await openInput(file, context);
  const progress = progressLine({ stream: () => context.stderr, quiet });
  let answer;
  try {
    const asked = { propertyKeys, overwrite, signal: context.signal, onProgress: progress.update };
    answer = await redactInput(input, output, asked);
  } finally {
    progress.end();
  }
  const head = { schemaVersion: 1, tool: { name: 'heap-analyzer', version } };
  print({ ...head, ...answer }, json, renderRedaction, context);
}

/** How the place may be told, once. */
const ways = [['copy'], ['output']];

module.exports = { define, ways };
