// @ts-check
/**
 * Who is measured in the peer table, and as what: a row a contender. A new one is an entry here, and a script in
 * contenders/ if it is a library.
 */
'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');

const { withoutNeedOf } = require('./older-libc');
const { onNode, ours } = require('./processes');

/**
 * @typedef {object} Contender
 * @property {string} id for --only
 * @property {string} name of the row
 * @property {(snapshot: string) => string[]} command
 * @property {(snapshot: string) => string[]} [before] what has to have run once, and is not measured
 */

const SCRIPTS = path.join(__dirname, 'contenders');
const PACKAGES = path.join(__dirname, 'node_modules');

/** @param {string} file */
const script = (file) => (/** @type {string} */ snapshot) => onNode(path.join(SCRIPTS, file), snapshot);

/** What the npm command of @heap-snapshot/tool starts; without that script it is measured at its best. */
function native() {
  const program = path.join(
    PACKAGES,
    '@heap-snapshot',
    `${process.platform}-${process.arch}`,
    'heap-snapshot',
  );
  const [, version] =
    /version `(GLIBC_[\d.]+)' not found/.exec(
      spawnSync(program, ['--version'], { encoding: 'utf8' }).stderr ?? '',
    ) ?? [];
  return version === undefined ? program : withoutNeedOf(program, version);
}

/** @type {Contender[]} */
const CONTENDERS = [
  {
    id: 'analyze',
    name: 'heap-analyzer analyze',
    command: (snapshot) => ours('analyze', snapshot, '--sections', 'none', '--json', '--quiet', '--no-cache'),
  },
  {
    id: 'again',
    name: 'heap-analyzer analyze, a second look through the index',
    before: (snapshot) => ours('analyze', snapshot, '--sections', 'none', '--json', '--quiet'),
    command: (snapshot) => ours('analyze', snapshot, '--sections', 'none', '--json', '--quiet'),
  },
  {
    id: 'inspect',
    name: 'heap-analyzer inspect-object, through the index',
    before: (snapshot) => ours('inspect-object', snapshot, '--object-id', '@1', '--json', '--quiet'),
    command: (snapshot) => ours('inspect-object', snapshot, '--object-id', '@1', '--json', '--quiet'),
  },
  {
    id: 'server',
    name: 'heap-analyzer analyze(), file read into memory',
    command: script('heap-analyzer-owned.js'),
  },
  { id: 'json', name: 'JSON.parse alone', command: script('json-parse.js') },
  {
    id: 'native',
    name: '@heap-snapshot/tool 0.0.10, summary',
    command: (snapshot) => [native(), 'summary', snapshot],
  },
  { id: 'devtools', name: 'Chrome DevTools worker', command: script('devtools.js') },
  {
    id: 'one',
    name: 'heap-analyzer 1.0.7 analyze (counts by type, no retained sizes)',
    command: (snapshot) =>
      onNode(path.join(PACKAGES, 'heap-analyzer-1', 'dist', 'cli.js'), 'analyze', snapshot),
  },
  { id: 'memlab', name: 'memlab 2.0.5, getFullHeapFromFile()', command: script('memlab.js') },
];

module.exports = { CONTENDERS };
