// @ts-check
'use strict';

/**
 * The first page of help: what the commands are. Put together from their declarations, without commander, which would
 * take longer to load than all the rest; the pages of the commands are commander's.
 */

const { COMMANDS } = require('./commands');
const { declared } = require('./plain');
const { wrap } = require('./render/text');

/** Of a terminal that nobody has widened. */
const WIDTH = 80;

/** @type {Array<[term: string, meaning: string]>} */
const OPTIONS = [
  ['-V, --version', 'print the version'],
  ['-h, --help', 'print help'],
];

/** Where one who has never been here begins. @type {string[]} */
const EXAMPLES = [
  'heap-analyzer demo',
  'heap-analyzer record -- node app.js',
  'heap-analyzer analyze heap.heapsnapshot',
];

/** @type {Array<[term: string, meaning: string]>} */
const EXIT_CODES = [
  ['0', 'done'],
  [
    '1',
    'done, and found what it looks for: a leak (find-leaks --fail-on), growth (compare --fail-on-growth)',
  ],
  ['2', 'wrong usage, or a file that is not what it should be'],
  ['3', 'could not do it'],
  ['130', 'interrupted'],
];

/**
 * @param {import('./main').Context} context
 * @returns {string}
 */
function firstPage(context) {
  /** @type {Array<[term: string, meaning: string]>} */
  const commands = Object.keys(COMMANDS).map((name) => {
    const { usage, summary } = declared(name, context).outline;
    return [`${name} ${usage}`, summary];
  });
  const column = Math.max(...commands.map(([term]) => term.length)) + 2;
  return [
    'Usage: heap-analyzer [options] [command]',
    '',
    'Reads V8 heap snapshots: what is in a heap, what leaks, and who holds it.',
    '',
    'Options:',
    ...OPTIONS.flatMap((entry) => list(entry, column)),
    '',
    'Commands:',
    ...commands.flatMap((entry) => list(entry, column)),
    '',
    'Examples:',
    ...EXAMPLES.map((line) => `  $ ${line}`),
    '',
    'heap-analyzer COMMAND --help tells more of a command.',
    '',
    'Exit codes:',
    ...EXIT_CODES.flatMap((entry) => list(entry, 5)),
    '',
  ].join('\n');
}

/**
 * @param {[term: string, meaning: string]} entry
 * @param {number} column where meanings begin, after the indent
 */
function list([term, meaning], column) {
  return wrap(meaning, WIDTH - 2 - column).map(
    (line, index) => `  ${(index === 0 ? term : '').padEnd(column)}${line}`,
  );
}

module.exports = { firstPage };
