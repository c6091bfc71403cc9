// @ts-check
'use strict';

/**
 * `heap-analyzer inspect-object FILE --object-id @N`: all about one object.
 */

const { addCache, openCache } = require('../cache');
const { addExamples, addJson, addThreads, integerFrom } = require('../options');

/** Rows of each table of the text, so that it fits a screen; the JSON document has more, as the API has. */
const ROWS_OF_TEXT = 8;

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('inspect-object')
    .description('Tell all about one object: what it is, why it is alive, what it keeps alive.')
    .argument('<file>', 'the snapshot; - reads it from a pipe')
    .requiredOption('--object-id <id>', 'the object, as other commands and DevTools name it: @123 or 123')
    .option(
      '--top <n>',
      `how many rows each list has (default: ${ROWS_OF_TEXT}, with --json 100)`,
      integerFrom(0),
    )
    .option('--paths <n>', 'how many ways from the roots to look for (default: 3)', integerFrom(1))
    .option('--full-text', 'the whole text of a string')
    .option('--hidden', "also hidden and weak references, and the root's own")
    .option('--raw-paths', 'ways edge by edge, nothing folded');
  addThreads(command);
  addCache(command);
  addJson(command);
  addExamples(command, [
    'heap-analyzer inspect-object heap.heapsnapshot --object-id @12345',
    'heap-analyzer inspect-object heap.heapsnapshot --object-id 12345 --json',
  ]);
  command.action((file, options) => run(file, options, context));
}

/**
 * @typedef {object} InspectFlags
 * @property {string} objectId
 * @property {number} [top]
 * @property {number} [paths]
 * @property {boolean} [fullText]
 * @property {boolean} [hidden]
 * @property {boolean} [rawPaths]
 * @property {number} [threads]
 * @property {boolean} [json]
 * @property {boolean} [quiet]
 *
 * @param {string} file
 * @param {InspectFlags & import('../cache').CacheFlags} options
 * @param {import('../main').Context} context
 */
async function run(file, options, context) {
  const { inspectInput } = require('../../lib/inspect');
  const { readObjectId } = require('../../lib/object-id');
  const { openInput, totalBytes } = require('../input');
  const { print } = require('../output');
  const { renderObject } = require('../render/object');
  const { progressLine } = require('../render/progress');

  const { top, paths, fullText = false, hidden, rawPaths, threads, json, quiet = false } = options;
  const id = readObjectId(options.objectId);
  const input = await openInput(file, context);
  const progress = progressLine({ stream: () => context.stderr, quiet, totalBytes: totalBytes([input]) });
  const { signal } = context;
  const cache = openCache(options, context);
  const asked = {
    limit: top ?? (json ? undefined : ROWS_OF_TEXT),
    textLimit: fullText ? 0xffffffff : undefined,
    paths: paths && Math.min(paths, 100),
    hidden,
    rawPaths,
    threads,
    cache: cache.indexing,
    signal,
    onProgress: progress.update,
  };
  let answer;
  try {
    answer = await inspectInput(input, id, asked, true);
  } finally {
    progress.end();
  }
  print(answer, json, (shown, style) => renderObject(shown, style, { fullText }), context);
  await cache.write();
}

module.exports = { define };
