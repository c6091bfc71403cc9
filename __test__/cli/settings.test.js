'use strict';

/**
 * Settings in a file: which file, what wins, and what is said of a mistake in it.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { COMMANDS } = require('../../cli/commands');
const { declared } = require('../../cli/plain');
const { buildProgram } = require('../../cli/program');
const { readSettings } = require('../../cli/settings');
const { runCli } = require('../helpers/run');
const { sessionsText } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');

const root = temporaryDirectory(test);
const home = process.cwd();

/**
 * Files, each with its content as JSON, and the working folder among them.
 * @param {import('node:test').TestContext} t
 * @param {Record<string, unknown>} files
 * @param {string} [cwd]
 */
function place(t, files, cwd = '.') {
  const folder = fs.mkdtempSync(path.join(root, 'project-'));
  fs.mkdirSync(path.join(folder, cwd), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    fs.writeFileSync(path.join(folder, name), text);
  }
  process.chdir(path.join(folder, cwd));
  t.after(() => process.chdir(home));
  return folder;
}

const context = () => /** @type {any} */ ({});
/** @param {string} command @param {Record<string, any>} [options] */
const settings = (command, options = {}) => readSettings(command, options, context());

const FILE = 'heap-analyzer.config.json';

test('the nearest file upward counts, of either kind', (t) => {
  const folder = place(
    t,
    {
      [FILE]: { top: 1 },
      'a/package.json': { 'heap-analyzer': { top: 2 } },
      'a/b/package.json': { dependencies: { 'heap-analyzer': '^2.0.0' } },
      'x/package.json': { 'heap-analyzer': { top: 3 } },
      [`x/${FILE}`]: { top: 4 },
      'broken/package.json': '{ "heap-analyzer": ',
    },
    'a/b/c',
  );
  assert.deepEqual(settings('analyze'), { top: 2 });
  for (const [cwd, top] of /** @type {Array<[string, number]>} */ ([
    ['.', 1],
    ['a', 2],
    ['x', 4],
    ['broken', 1],
  ])) {
    process.chdir(path.join(folder, cwd));
    assert.deepEqual(settings('analyze'), { top }, cwd);
  }
});

test('--config names another file, --no-config none', (t) => {
  place(t, {
    [FILE]: { top: 1 },
    'other.json': { top: 5 },
    'package.json': { 'heap-analyzer': { top: 6 } },
    'bare/package.json': {},
  });
  assert.deepEqual(settings('analyze', { config: 'other.json' }), { top: 5 });
  assert.deepEqual(settings('analyze', { config: 'package.json' }), { top: 6 });
  assert.deepEqual(settings('analyze', { config: false }), {});
  assert.throws(() => settings('analyze', { config: 'nowhere.json' }), {
    code: 'ERR_HEAP_NOT_FOUND',
    message: /nowhere\.json/,
  });
  assert.throws(() => settings('analyze', { config: 'bare/package.json' }), /has no key "heap-analyzer"/);
});

test(
  'a folder that everybody may write to has no settings for those below it',
  { skip: process.platform === 'win32' && 'no modes' },
  (t) => {
    const folder = place(t, { [FILE]: { top: 1 } }, 'mine');
    fs.chmodSync(folder, 0o1777);
    assert.deepEqual(settings('analyze'), {});
    process.chdir(folder);
    assert.deepEqual(settings('analyze'), { top: 1 });
  },
);

test("common settings, a command's own, and paths from where the file is", (t) => {
  const folder = place(
    t,
    {
      [FILE]: {
        $schema: 'https://example.org/x.json',
        quiet: true,
        top: 3,
        cacheDir: 'heaps/index',
        'find-leaks': { top: 7, failOn: 'growth', ignore: ['accepted.json', 'timers-0123456789ab'] },
        analyze: { sections: ['hints', 'packages'], cache: false },
        compare: { failOnGrowth: '10MB', growth: false },
        'node-snapshot': { header: ['A: b', 'C: d'], timeout: 5 },
        'inspect-object': { objectId: '@5' },
      },
    },
    'src',
  );
  const cacheDir = path.join(folder, 'heaps', 'index');
  const common = { quiet: true, top: 3, cacheDir };
  assert.deepEqual(settings('analyze'), { ...common, sections: ['hints', 'packages'], cache: false });
  assert.deepEqual(settings('compare'), { ...common, failOnGrowth: 10e6, growth: false });
  assert.deepEqual(settings('node-snapshot'), { quiet: true, header: { a: 'b', c: 'd' }, timeout: 5 });
  assert.deepEqual(settings('find-leaks'), {
    ...common,
    top: 7,
    failOn: 'growth',
    ignore: [path.join(folder, 'accepted.json'), 'timers-0123456789ab'],
  });
});

/** A mistake, and what the sentence says of it. @type {Array<[settings: unknown, sentence: RegExp]>} */
const MISTAKES = [
  ['{"top": 1,}', /^heap-analyzer\.config\.json is not JSON: .+$/],
  [[], /^heap-analyzer\.config\.json: expected an object but found an array$/],
  [{ tpo: 1 }, /"tpo": .*did you mean "top"\?$/],
  [{ 'find-leak': {} }, /"find-leak": .*did you mean "find-leaks"\?$/],
  [{ findLeaks: {} }, /did you mean "find-leaks"\?$/],
  [{ propertyKeys: true }, /"propertyKeys": only redact has this option; it belongs in "redact"$/],
  [{ config: 'x' }, /"config": /],
  [{ completion: {} }, /"completion": /],
  [{ analyze: 3 }, /"analyze": expected an object but found 3 \(a number\)$/],
  [{ analyze: { tpo: 3 } }, /"analyze\.tpo": analyze has no such option; did you mean "top"\?$/],
  [{ 'find-leaks': { failOn: 'x' } }, /"find-leaks\.failOn": allowed choices are leak, likely/],
  [{ 'find-leaks': { snapshots: [] } }, /expected a string, or a list of strings/],
  [{ 'find-leaks': { snapshots: [1] } }, /expected a string, or a list of strings/],
  [{ top: true }, /"top": expected a number but found true \(a boolean\)$/],
  [{ top: -1 }, /"top": it takes a whole number from 0$/],
  [{ top: [1] }, /expected a number/],
  [{ cacheDir: 5 }, /expected a string but found 5/],
  [{ cacheDir: '' }, /expected a string but found ""/],
  [{ quiet: 'yes' }, /expected true or false/],
  [{ compare: { failOnGrowth: 'much' } }, /it takes a size such as 500kB/],
];

for (const [content, sentence] of MISTAKES) {
  test(`a mistake in the settings: ${JSON.stringify(content)}`, (t) => {
    place(t, { [FILE]: content });
    // Whatever the command: what is wrong is said at once.
    for (const command of ['analyze', 'demo'])
      assert.throws(() => settings(command), { code: 'ERR_HEAP_USAGE', message: sentence });
  });
}

test('in a package.json the key is named with its way there', (t) => {
  place(t, { 'package.json': { 'heap-analyzer': { demo: { kep: 'x' } } } });
  assert.throws(() => settings('analyze'), /^.*package\.json, "heap-analyzer\.demo\.kep": .*"keep"\?$/);
});

test('both readers of the command line take the same from the file, and the line wins', async (t) => {
  place(t, {
    [FILE]: {
      json: true,
      threads: 2,
      analyze: { all: true, cache: false },
      'find-leaks': { snapshots: ['a', 'b'], ignore: ['x'], traceAllObjects: true },
      'inspect-object': { objectId: '@5' },
    },
  });
  const lines = [
    'analyze a',
    'analyze a --threads 1 --no-json --cache --no-all',
    'find-leaks',
    'find-leaks --snapshots c d --ignore y --no-trace-all-objects',
    'inspect-object a',
    'inspect-object a --object-id 7',
    'inspect-object a --object-id 7 --no-config',
  ];
  for (const line of lines) {
    const [name, ...argv] = line.split(' ');
    /** @type {any[]} */
    const given = [];
    const definition = COMMANDS[name]();
    const { define } = definition;
    definition.define = (command, ...rest) => {
      const action = command.action.bind(command);
      command.action = () => action((/** @type {any[]} */ ...all) => void given.push(all));
      define(command, ...rest);
    };
    try {
      await declared(name, context()).read(argv)?.();
      await buildProgram(context(), name).parseAsync([name, ...argv], { from: 'user' });
    } finally {
      definition.define = define;
    }
    assert.equal(given.length, 2, line);
    assert.deepEqual(given[0], given[1].slice(0, -1), line);
  }
});

test('what is typed pushes out what cannot be given with it', (t) => {
  place(t, {
    [FILE]: {
      cacheDir: 'index',
      'find-leaks': { snapshotDir: 'heaps', pid: 7, top: 3 },
      trace: { objectId: '@5', cache: false },
      record: { endpoint: 'http://127.0.0.1:1/heap', tokenFile: 'token' },
    },
  });
  const keys = (/** @type {any[]} */ ...asked) => Object.keys(settings(...asked)).sort();
  assert.deepEqual(keys('find-leaks'), ['cacheDir', 'pid', 'snapshotDir', 'top']);
  assert.deepEqual(keys('find-leaks', { top: 1 }), ['cacheDir', 'pid', 'snapshotDir', 'top']);
  assert.deepEqual(keys('find-leaks', { baseline: 'a', target: 'b' }), ['cacheDir', 'top']);
  assert.deepEqual(keys('find-leaks', { snapshotDir: 'b' }), ['cacheDir', 'pid', 'snapshotDir', 'top']);
  assert.deepEqual(keys('trace', { nodeId: '@6', cacheDir: 'x' }), ['cacheDir']);
  assert.deepEqual(keys('trace', { cache: true }), ['cache', 'objectId']);
  assert.deepEqual(keys('record', { pid: 1, tokenEnv: 'X' }), []);
  assert.deepEqual(Object.keys(readSettings('record', {}, context(), ['command'])), ['tokenFile']);
});

test('both readers hand on which arguments there are', async (t) => {
  place(t, { [FILE]: { record: { endpoint: 'http://127.0.0.1:1/heap' } } });
  /** @type {any[]} */
  const given = [];
  const definition = COMMANDS.record();
  const { define } = definition;
  definition.define = (command, ...rest) => {
    const action = command.action.bind(command);
    command.action = () =>
      action((/** @type {any[]} */ _, /** @type {any} */ options) => void given.push(options));
    define(command, ...rest);
  };
  try {
    await buildProgram(context(), 'record').parseAsync(['record', '--', 'node', 'app.js'], { from: 'user' });
    await buildProgram(context(), 'record').parseAsync(['record'], { from: 'user' });
  } finally {
    definition.define = define;
  }
  assert.deepEqual(
    given.map(({ endpoint }) => endpoint),
    [undefined, 'http://127.0.0.1:1/heap'],
  );
});

test('a whole run: settings hold, errors name them, help and version need none', async (t) => {
  const folder = place(t, { [FILE]: { json: true, analyze: { top: 1 } }, wrong: {} });
  fs.writeFileSync(path.join(folder, 'a.heapsnapshot'), sessionsText(10));
  const run = (/** @type {string[]} */ ...args) => runCli(args, { cwd: folder });
  const answer = await run('analyze', 'a.heapsnapshot');
  assert.equal(JSON.parse(answer.stdout).classes.length, 1);
  const error = await run('analyze', 'nowhere.heapsnapshot');
  assert.equal(JSON.parse(error.stdout).error.code, 'ERR_HEAP_NOT_FOUND');
  assert.doesNotMatch((await run('analyze', 'a.heapsnapshot', '--no-json')).stdout, /^\{/);

  const both = { baseline: 'a', target: 'b', snapshotDir: 'c' };
  fs.writeFileSync(path.join(folder, FILE), JSON.stringify({ 'find-leaks': both }));
  const blamed = await run('find-leaks');
  assert.equal(blamed.code, 2);
  assert.match(
    blamed.stderr,
    /cannot be given together \(heap-analyzer\.config\.json sets baseline, target, snapshotDir\)\n$/,
  );
  const wins = await run('find-leaks', '--snapshots', 'd', 'e');
  assert.match(wins.stderr, /no such file|does not exist|not found/i);
  assert.doesNotMatch(wins.stderr, /together/);

  fs.writeFileSync(path.join(folder, FILE), '{');
  const broken = await run('analyze', 'a.heapsnapshot');
  assert.equal(broken.code, 2);
  assert.match(broken.stderr, /^heap-analyzer: heap-analyzer\.config\.json is not JSON: [^\n]*\n$/);
  for (const args of [['--version'], ['--help'], ['analyze', '--help']])
    assert.equal((await run(...args)).code, 0, args.join(' '));
});
