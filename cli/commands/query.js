// @ts-check
'use strict';

/**
 * `heap-analyzer query FILE [question]`: one of the built-in questions, or the objects that pass filters.
 */

const { addCache, openCache } = require('../cache');
const { BadValue, addExamples, addJson, addThreads, bytes, choice, integerFrom } = require('../options');

/** Rows of each table of the text, so that it fits a screen; the JSON document has more, as the API has. */
const ROWS_OF_TEXT = 20;

/** What objects can be ordered by, in the words of the command line and in those of the API. */
const ORDERS = new Map([
  ['retained-size', 'retainedSize'],
  ['self-size', 'selfSize'],
  ['references', 'references'],
]);

/**
 * A text, or `/a pattern/flags`.
 * @param {string} given
 */
function text(given) {
  const [, pattern, flags] = /^\/(.+)\/([a-z]*)$/s.exec(given) ?? [];
  if (pattern === undefined) return given;
  try {
    return new RegExp(pattern, flags);
  } catch {
    throw new BadValue('It takes a text, or a regular expression between slashes');
  }
}

/** @param {string} given */
function objectId(given) {
  const [, id] = /^@?(\d+)$/.exec(given) ?? [];
  if (id === undefined) throw new BadValue('It takes an object id: @123 or 123');
  return Number(id);
}

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('query')
    .description('Ask a snapshot: objects by class, name, size; duplicates, waste, dead captures, …')
    .argument('<file>', 'the snapshot; - reads it from a pipe')
    .argument(
      '[question]',
      'objects (default), detached-dom, event-handlers, contexts, console, duplicates, collections, waste, packages or captures',
    )
    .option('--class <name>', 'objects of this class; /a pattern/ for all that match', text)
    .option('--name <text>', 'objects of this name, strings of this text; or /a pattern/', text)
    .option(
      '--type <types>',
      "objects of these of V8's types, with commas between: string,closure",
      (given) => given.split(','),
    )
    .option('--property <name>', 'objects that have a property of this name; or /a pattern/', text)
    .option('--min-self <size>', 'objects of at least this shallow size, such as 4kB', bytes)
    .option('--min-retained <size>', 'objects that retain at least so much, such as 1MB', bytes)
    .option('--max-retained <size>', 'objects that retain at most so much', bytes)
    .option(
      '--min-references <n>',
      'objects that refer to at least so many; Maps and Sets by their entries',
      integerFrom(0),
    )
    .option('--newer-than <id>', 'objects made after the one of this id', objectId)
    .option('--detached', 'DOM nodes that are out of every document')
    .option(
      '--by <what>',
      ...choice('of which objects have most (default: retained-size)', [...ORDERS.keys()]),
    )
    .option(
      '--top <n>',
      `how many rows each list has (default: ${ROWS_OF_TEXT}, with --json 100)`,
      integerFrom(0),
    );
  addThreads(command);
  addCache(command);
  addJson(command);
  addExamples(command, [
    'heap-analyzer query heap.heapsnapshot --class Session --min-retained 1MB',
    'heap-analyzer query heap.heapsnapshot --min-references 1000 --by references',
    'heap-analyzer query heap.heapsnapshot waste --json',
  ]);
  command.action((file, question, options) => run(file, question, options, context));
}

/**
 * @param {string} file
 * @param {string | undefined} question
 * @param {Record<string, any> & import('../cache').CacheFlags} options
 * @param {import('../main').Context} context
 */
async function run(file, question, options, context) {
  const { askQuestion, questionOf } = require('../../lib/objects/questions');
  const { openInput: openHeap } = require('../../lib/objects/open');
  const { openInput, totalBytes } = require('../input');
  const { print } = require('../output');
  const { progressLine } = require('../render/progress');
  const { renderQuery } = require('../render/query');

  const { by, top, threads, json, quiet = false } = options;
  const name = question ?? 'objects';
  questionOf(name);
  const input = await openInput(file, context);
  const progress = progressLine({ stream: () => context.stderr, quiet, totalBytes: totalBytes([input]) });
  const cache = openCache(options, context);
  const { signal } = context;
  let answer;
  try {
    // A question computes what it needs; what is looked at here, object by object, is computed beforehand.
    const prepare = name === 'captures';
    const opened = {
      prepare,
      threads,
      cache: cache.indexing,
      signal,
      onProgress: inPart(progress.update, 0),
    };
    const snapshot = await openHeap(input, opened, true);
    try {
      const listed = {
        filter: filterOf(options),
        by: by && ORDERS.get(by),
        top: top ?? (json ? undefined : ROWS_OF_TEXT),
      };
      const watched = { signal, onProgress: inPart(progress.update, 0.5) };
      answer = await askQuestion(snapshot, name, { ...listed, ...watched });
    } finally {
      snapshot.close();
    }
  } finally {
    progress.end();
  }
  print(answer, json, renderQuery, context);
  await cache.write();
}

/**
 * Opening is one half of the work, the question the other.
 * @param {(progress: { phase: string, fraction: number }) => unknown} update
 * @param {number} before what is done beforehand
 */
const inPart =
  (update, before) =>
  /** @param {{ phase: string, fraction: number }} progress */
  ({ phase, fraction }) =>
    update({ phase, fraction: before + fraction / 2 });

/** @param {Record<string, any>} options */
function filterOf(options) {
  const names = [
    ...['class', 'name', 'type', 'property', 'minSelf', 'minRetained', 'maxRetained', 'minReferences'],
    ...['newerThan', 'detached'],
  ];
  const given = names.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

module.exports = { define };
