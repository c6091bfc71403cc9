// @ts-check
'use strict';

/**
 * `heap-analyzer redact FILE OUTPUT`: a copy of a snapshot that may go where the heap itself must not.
 */

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
    .argument('<output>', 'where the copy goes; .gz and .zst pack it')
    .option('--property-keys', 'also hide the keys of properties')
    .option('--overwrite', 'replace what stands there');
  addJson(command);
  addExamples(command, [
    'heap-analyzer redact app.heapsnapshot for-the-vendor.heapsnapshot.gz',
    'heap-analyzer redact app.heapsnapshot bare.heapsnapshot --property-keys',
  ]);
  command.action((file, output, options) => run(file, output, options, context));
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

module.exports = { define };
