// @ts-check
'use strict';

/**
 * The built-in questions by the words that the command line, the shell and programs ask them with.
 */

const { HeapAnalyzerError } = require('../errors');
const { nearest } = require('../nearest');

/**
 * @typedef {object} Asked
 * @property {object} [filter] which objects, for the question that takes one
 * @property {'retainedSize' | 'selfSize' | 'references'} [by] what they are ordered by, for the same question
 * @property {number} [top]
 * @property {AbortSignal} [signal]
 * @property {(progress: any) => unknown} [onProgress]
 *
 * @typedef {object} Question
 * @property {string} summary
 * @property {(snapshot: any, filter: object | undefined, watched: Omit<Asked, 'filter'>) => Promise<any>} ask
 */

/** @type {Record<string, Question>} */
const QUESTIONS = {
  objects: {
    summary: 'objects that pass the filters',
    ask: (snapshot, filter, watched) => snapshot.objects(filter, watched),
  },
  'detached-dom': {
    summary: 'what only lives because of detached DOM nodes',
    ask: (snapshot, _, watched) => snapshot.retainedBy('detachedDom', watched),
  },
  'event-handlers': {
    summary: 'what only lives because of functions that wait for an event',
    ask: (snapshot, _, watched) => snapshot.retainedBy('eventHandlers', watched),
  },
  contexts: {
    summary: 'what only lives because closures see it',
    ask: (snapshot, _, watched) => snapshot.retainedBy('contexts', watched),
  },
  console: {
    summary: 'what only lives because it was written to the console of DevTools',
    ask: (snapshot, _, watched) => snapshot.retainedBy('console', watched),
  },
  duplicates: {
    summary: 'strings that are there several times',
    ask: (snapshot, _, watched) => snapshot.duplicateStrings(watched),
  },
  collections: {
    summary: 'Maps, Sets and arrays with most entries',
    ask: (snapshot, _, watched) => snapshot.collections(watched),
  },
  waste: {
    summary: 'empty collections, and arrays with room for much more than is in them',
    ask: (snapshot, _, watched) => snapshot.waste(watched),
  },
  packages: {
    summary: 'whose the bytes are, by package and by source file',
    ask: (snapshot, _, watched) => snapshot.packages(watched),
  },
  captures: {
    summary: 'variables that closures keep and no living one reads',
    ask: (snapshot, _, { top, signal }) => snapshot.captures({ top, signal }),
  },
};

/**
 * @param {any} snapshot
 * @param {string} name
 * @param {Asked} [asked]
 * @returns {Promise<any>} the answer in the frame that all answers have
 */
async function askQuestion(snapshot, name, { filter, by, ...watched } = {}) {
  const question = questionOf(name);
  if (filter && Object.keys(filter).length > 0 && name !== 'objects') {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `filters are for the question "objects"; "${name}" takes none`,
    );
  }
  if (by !== undefined && name !== 'objects') {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `an order is for the question "objects"; "${name}" has its own`,
    );
  }
  const asked = by === undefined ? watched : { ...watched, by };
  const body = await question.ask(snapshot, filter, asked);
  const { version } = require('../../package.json');
  return {
    schemaVersion: 1,
    tool: { name: 'heap-analyzer', version },
    snapshots: [snapshot.toJSON()],
    question: name,
    ...body,
  };
}

/** @param {string} name */
function questionOf(name) {
  if (Object.hasOwn(QUESTIONS, name)) return QUESTIONS[name];
  const known = Object.keys(QUESTIONS);
  const meant = nearest(name, known);
  throw new HeapAnalyzerError(
    'ERR_HEAP_USAGE',
    `there is no question ${JSON.stringify(name)}: ${meant ? `did you mean "${meant}"?` : `there are ${known.join(', ')}`}`,
  );
}

module.exports = { QUESTIONS, askQuestion, questionOf };
