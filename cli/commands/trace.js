// @ts-check
'use strict';

/**
 * `heap-analyzer trace FILE --node-id @N`: the ways by which an object is reached, and so kept alive. The part of
 * `inspect-object` that answers "why is this still there", hop by hop; users of heap-analyzer 1 know it by this name.
 */

const { addCache, openCache } = require('../cache');
const { addExamples, addJson, addThreads, integerFrom } = require('../options');

/** More than inspect-object shows: ways are all that is shown here. */
const WAYS = 5;

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('trace')
    .description('Show the ways by which an object is reached, and so kept alive.')
    .argument('<file>', 'the snapshot; - reads it from a pipe')
    .option('--node-id <id>', 'the object, as other commands and DevTools name it: @123 or 123')
    .option('--object-id <id>', 'the same')
    .option('--paths <n>', `how many ways to look for (default: ${WAYS})`, integerFrom(1))
    .option('--raw-paths', 'ways edge by edge, nothing folded');
  addThreads(command);
  addCache(command);
  addJson(command);
  addExamples(command, [
    'heap-analyzer trace heap.heapsnapshot --node-id @12345',
    'heap-analyzer trace heap.heapsnapshot --node-id 12345 --paths 20 --json',
  ]);
  command.action((file, options) => run(file, options, context));
}

/**
 * @typedef {object} TraceFlags
 * @property {string} [nodeId]
 * @property {string} [objectId]
 * @property {number} [paths]
 * @property {boolean} [rawPaths]
 * @property {number} [threads]
 * @property {boolean} [json]
 * @property {boolean} [quiet]
 *
 * @param {string} file
 * @param {TraceFlags & import('../cache').CacheFlags} options
 * @param {import('../main').Context} context
 */
async function run(file, options, context) {
  const { HeapAnalyzerError } = require('../../lib/errors');
  const { inspectInput } = require('../../lib/inspect');
  const { readObjectId } = require('../../lib/object-id');
  const { openInput, totalBytes } = require('../input');
  const { print } = require('../output');
  const { progressLine } = require('../render/progress');
  const { renderTrace, wayAsCode } = require('../render/trace');

  const { nodeId, objectId, paths = WAYS, rawPaths, threads, json, quiet = false } = options;
  const given = nodeId ?? objectId;
  if (given === undefined) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      'which object? Give --node-id @N; analyze and find-leaks name them',
    );
  }
  if (nodeId !== undefined && objectId !== undefined) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      '--node-id and --object-id mean the same: give one of them',
    );
  }
  const id = readObjectId(given);
  const input = await openInput(file, context);
  const progress = progressLine({ stream: () => context.stderr, quiet, totalBytes: totalBytes([input]) });
  const cache = openCache(options, context);
  let answer;
  try {
    const asked = {
      limit: 0,
      paths: Math.min(paths, 100),
      rawPaths,
      threads,
      cache: cache.indexing,
      signal: context.signal,
      onProgress: progress.update,
    };
    answer = await inspectInput(input, id, asked, true);
  } finally {
    progress.end();
  }
  const { schemaVersion, tool, snapshots, node, sentence, holders, paths: ways } = answer;
  const traced = {
    schemaVersion,
    tool,
    snapshots,
    node,
    sentence,
    holders,
    paths: ways,
    code: ways.map(wayAsCode),
  };
  print(traced, json, renderTrace, context);
  await cache.write();
}

/** Ways to say what it is about, of which only one can be given. */
const ways = [['nodeId'], ['objectId']];

module.exports = { define, ways };
