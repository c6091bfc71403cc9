'use strict';

/**
 * What every command must do alike: help with examples, near misses, a terminal of 80 and of 40 columns, colours only where
 * they are wanted, nothing of a heap that a terminal would act upon, pipes that close early, one JSON document.
 *
 * The table below has a row for each command; a command without one fails here.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { COMMANDS } = require('../../cli/commands');
const { declared } = require('../../cli/plain');
const { buildProgram } = require('../../cli/program');
const { width } = require('../../cli/render/width');
const { executable, run, runCli } = require('../helpers/run');
const { snapshotText } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');
const { noTerminal, plainLines, runInTerminal } = require('../helpers/terminal');

const directory = temporaryDirectory(test);
const file = (/** @type {string} */ name) => path.join(directory, name);

/** Whatever a program may have in its memory. */
const NAMES = [
  ...[
    '漢字クラスの名前',
    '👩‍💻 Emoji 👍🏽',
    'e\u0301combi\u0301ning',
    '한국어클래스',
    '🇩🇪flag',
    '❤️heart',
    'Zoë',
  ],
  ...[
    '\x1b[31mred\x1b[0m',
    '\x1b]0;title\x07',
    'two\nlines\tand tabs',
    '\u202eevil',
    '\x9b2J',
    'A'.repeat(150),
  ],
];

/** A global Map with so many entries of classes with all these names. @param {number} entries */
function heap(entries) {
  const table = Array.from({ length: entries }, (_, index) => ({
    name: NAMES[index % NAMES.length],
    id: 101 + 2 * index,
    size: 1000 * (1 + (index % 7)),
  }));
  const edges = table.map((_, index) => ({ type: 'internal', name: String(index), to: 4 + index }));
  return snapshotText([
    { type: 'synthetic', name: '', id: 1, edges: [{ type: 'element', name: 1, to: 1 }] },
    { name: 'global', id: 3, size: 40, edges: [{ name: '漢字の変数\x1b[2J'.repeat(3), to: 2 }] },
    { name: 'Map', id: 5, size: 32, edges: [{ type: 'internal', name: 'table', to: 3 }] },
    { type: 'array', name: '(object elements)', id: 7, size: 64, edges },
    ...table,
  ]);
}

for (const [name, entries] of /** @type {Array<[string, number]>} */ ([
  ['a', 40],
  ['b', 80],
  ['c', 120],
]))
  fs.writeFileSync(file(`${name}.heapsnapshot`), heap(entries));

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1/debug/heap-snapshot';

/**
 * @typedef {object} Row a run of the command, in a folder with three snapshots, that is soon done
 * @property {string[]} args
 * @property {number} [code] exit code; 0 if it is not said
 * @property {boolean} [slow] takes seconds: one run on the terminal must do
 * @property {false} [json] it has no `--json`
 * @property {true} [prompt] it waits for what is typed
 *
 * @type {Record<string, Row>}
 */
const ROWS = {
  analyze: { args: ['a.heapsnapshot', '--sections', 'all'] },
  compare: { args: ['a.heapsnapshot', 'c.heapsnapshot'] },
  'find-leaks': {
    args: ['--snapshots', ...['a', 'b', 'c'].map((name) => `${name}.heapsnapshot`), '--trace-all-objects'],
    code: 1,
  },
  'inspect-object': { args: ['a.heapsnapshot', '--object-id', '@5', '--top', '20'] },
  trace: { args: ['a.heapsnapshot', '--node-id', '@113'] },
  list: { args: ['.'] },
  'node-snapshot': { args: ['--endpoint', NOWHERE], code: 3 },
  'node-monitor': { args: ['--endpoint', NOWHERE], code: 3 },
  record: { args: ['--url', NOWHERE, '--endpoint', NOWHERE], code: 3 },
  'node-load-test': { args: [NOWHERE, '--endpoint', NOWHERE], code: 3 },
  view: { args: ['a.heapsnapshot', '--no-open', '--idle-timeout', '0.5s'], json: false },
  query: { args: ['a.heapsnapshot', '--min-retained', '100', '--by', 'self-size', '--top', '5'] },
  export: { args: ['a.heapsnapshot', '--output', 'tables', '--overwrite'] },
  // A prompt: commands/shell.test.js types at it.
  shell: { args: [], prompt: true },
  redact: { args: ['a.heapsnapshot', 'redacted.heapsnapshot', '--overwrite'] },
  demo: { args: [], slow: true },
  completion: { args: ['bash'], json: false },
};

test('every command has a row here', () => {
  assert.deepEqual(Object.keys(ROWS).sort(), Object.keys(COMMANDS).sort());
});

/** What commander says, without a process of its own. @param {string[]} argv */
async function said(argv) {
  let out = '';
  const stream = { write: (/** @type {string} */ text) => void (out += text) };
  const context = /** @type {any} */ ({ stdout: stream, stderr: stream, env: {} });
  let error = '';
  try {
    await buildProgram(context, argv[0]).parseAsync(argv, { from: 'user' });
  } catch (thrown) {
    error = /** @type {Error} */ (thrown).message;
  }
  return { out, error };
}

for (const name of Object.keys(COMMANDS)) {
  test(`${name}: help with two examples on 80 columns, and near misses`, async () => {
    const { out } = await said([name, '--help']);
    assert.match(out, new RegExp(`^Usage: heap-analyzer ${name}\\b`));
    assert.ok((out.match(/^ {2}\$ heap-analyzer /gm) ?? []).length >= 2, out);
    for (const line of out.split('\n')) {
      // A command stands on one line, to be copied.
      if (!line.startsWith('  $ ')) assert.ok(width(line) <= 80, line);
    }
    const option = declared(name, /** @type {any} */ ({})).takes.options.find(
      ({ long }) => long.length > 6 && long.at(-1) !== long.at(-2),
    );
    if (option) {
      const mistyped = `${option.long.slice(0, -2)}${option.long.at(-1)}${option.long.at(-2)}`;
      assert.match((await said([name, mistyped])).error, /Did you mean /, mistyped);
    }
  });
}

/** What stays on the screen: a progress line clears itself. @param {string} output */
const stays = (output) => output.replace(/\r\x1b\[K[^\n\r\x1b]*(?=\r\x1b\[K)|\r\x1b\[K/g, '');

/** Colours aside, nothing that a terminal acts upon. @param {string} output */
const isHarmless = (output) =>
  assert.doesNotMatch(
    stays(output).replace(/\x1b\[[0-9;]*m/g, ''),
    /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/,
  );

/** @param {string} output @param {number} columns */
function fits(output, columns) {
  for (const line of plainLines(stays(output))) {
    // What will be copied stays in one piece: a command, the name of a file.
    const whole = /^\s*(?:\$ )?heap-analyzer |^\s*\S+$/.test(line);
    assert.ok(whole || width(line) <= columns, `${columns} columns: ${line}`);
  }
}

/**
 * Two runs side by side; one after the other where both write to the same place.
 * @template A, B
 * @param {string[]} line
 * @param {() => Promise<A>} first
 * @param {() => Promise<B>} second
 * @returns {Promise<[A, B]>}
 */
async function both(line, first, second) {
  if (!line.includes('--overwrite')) return Promise.all([first(), second()]);
  const done = await first();
  return [done, await second()];
}

for (const [name, { args, code = 0, slow = false, json = true, prompt = false }] of Object.entries(ROWS)) {
  if (prompt) continue;
  const line = [name, ...args];
  const skip = noTerminal;
  test(`${name} on a terminal of 80 columns and of 40`, { skip }, async () => {
    const [wide, narrow] = await both(
      line,
      async () => (slow ? undefined : runInTerminal(line, { columns: 80, cwd: directory })),
      () => runInTerminal(line, { columns: 40, cwd: directory, env: { NO_COLOR: '1' } }),
    );
    for (const [screen, columns] of /** @type {const} */ ([
      [wide, 80],
      [narrow, 40],
    ])) {
      if (!screen) continue;
      assert.equal(screen.code, code, screen.output);
      isHarmless(screen.output);
      // What it prints for a shell is not for reading.
      if (name !== 'completion' && code < 2) fits(screen.output, columns);
    }
    assert.ok(!stays(narrow.output).includes('\x1b'), 'NO_COLOR');
  });

  test(
    `${name} into a pipe, also one that closes early`,
    { skip: process.platform === 'win32' && 'no sh' },
    async () => {
      const words = line.map((word) => `'${word}'`).join(' ');
      const early = `"${process.execPath}" "${executable}" ${words} | head -n 1`;
      const [asJson, cut] = await both(
        line,
        () => runCli([...line, ...(json ? ['--json'] : [])], { cwd: directory }),
        async () => (slow ? undefined : run(['-c', early], { command: 'sh', cwd: directory })),
      );
      assert.equal(asJson.code, code, asJson.stderr);
      assert.equal(asJson.stderr, '');
      assert.ok(!asJson.stdout.includes('\x1b'));
      if (json) {
        const { schemaVersion, tool, error } = JSON.parse(asJson.stdout);
        assert.deepEqual([schemaVersion, tool.name], [1, 'heap-analyzer']);
        assert.equal(error !== undefined, code > 1);
      }
      if (!cut) return;
      if (code > 1) assert.match(cut.stderr, /^heap-analyzer: [^\n]+\n$/);
      else assert.equal(cut.stderr, '');
      assert.ok(!cut.stdout.includes('\x1b'));
      assert.equal(cut.stdout.split('\n').length, code > 1 ? 1 : 2);
    },
  );
}
