'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { lineOf } = require('../../lib/declarations');
const { blanked } = require('../../lib/source-text');

/** Source, expression, scope, and the line that declares it. */
const cases = [
  ['const a = 1;\nconst sessions = new Map();', 'sessions', {}, 2],
  ['let sessions;', 'sessions.byUser', {}, 1],
  ['\nvar $cache = {}', '$cache["a"]', {}, 2],
  ['// const x = 1\n/* let x\n */ "let x";\nlet x;', 'x', {}, 4],
  ['const s = `\nlet x\n`;\nlet x;', 'x', {}, 4],
  ["const url = 'http://x';\nlet x;", 'x', {}, 2],
  ['const xs = 1;\nconst x = 2;', 'x', {}, 2],
  ['obj.x = 1;\nconst x = 2;', 'x', {}, 2],
  ['let a = 1,\n  x = 2;', 'x', {}, 2],
  ['const {\n  a,\n  x,\n} = make();', 'x', {}, 3],
  ["import { a, x } from 'y';", 'x', {}, 1],
  ["import x from 'y';", 'x', {}, 1],
  ['class Store {}', 'Store', {}, 1],
  ['function x() {}', 'x', {}, 1],
  ['async function* x() {}', 'x', {}, 1],
  ['class A {\n  static items = [];\n}', 'items', {}, 2],
  ['class A {\n  #items = [];\n}', 'items', {}, 2],
  ['function A() {\n  this.items = [];\n}', 'items', {}, 2],
  ['exports.items = [];', 'items', {}, 1],
  // A module's variable stands at the margin.
  ['function f() {\n  const x = 1;\n}\nconst x = 2;', 'x', {}, 4],
  ['function f() {\n  const x = 1;\n}\nconst x = 2;', 'x', { function: 'f' }, 2],
  ['const x = 1;\nfunction f() {\n  const x = 2;\n}', 'x', { function: 'f' }, 3],
  ['const x = 1;\nconst f = async (a) => {\n  const x = 2;\n};', 'x', { function: 'f' }, 3],
  ['const x = 1;\nclass A {\n  run() {\n    let x = 2;\n  }\n}', 'x', { function: 'run' }, 4],
  // A parameter: its function.
  ['const y = 1;\n\nfunction make(x) {\n  return () => x;\n}', 'x', { function: 'make' }, 3],
  // A static: the place is that of the class.
  [
    'class Cache {\n  constructor() {}\n  static shared = new Map();\n}',
    'Cache.shared',
    { function: 'Cache', line: 2 },
    3,
  ],
  ['class Cache {}\nCache.shared = new Map();', 'Cache.shared.x', { function: 'Cache', line: 1 }, 2],
  ['class Cache {\n  static #all = [];\n}', 'Cache.#all', { function: 'Cache', line: 1 }, 2],
  // Nothing to be found, or the engine knows better.
  ['const y = 1;', 'x', {}, null],
  ['const x = 1;', 'x', { line: 7 }, null],
  ['const x = 1;', 'x', { function: 'imported' }, 1],
  ['const y = 1;', 'x', { function: 'gone' }, null],
  ['const x = 1;', '[0]', {}, null],
  ['', 'x', {}, null],
];

for (const [source, expression, scope, line] of cases) {
  test(`${JSON.stringify(source)}: ${expression} ${JSON.stringify(scope)}`, () => {
    assert.equal(lineOf(blanked(source), expression, scope), line);
  });
}

test('is quick on any text', () => {
  const size = 2_000_000;
  for (const text of [
    '/*',
    '`',
    "'",
    '"\\',
    'const ',
    'let x,',
    'x = ',
    'f(',
    '/*`',
    'import ',
    '  ',
    '{;',
    'static\n',
    'Cache.x = 1\n',
  ]) {
    const source = text.repeat(size / text.length);
    const started = performance.now();
    const code = blanked(source);
    for (const scope of [{}, { function: 'f' }, { function: 'x', line: 1 }]) lineOf(code, 'x.y', scope);
    lineOf(code, 'Cache.x', { function: 'Cache', line: 9 });
    assert.ok(performance.now() - started < 3000, `${text}: ${performance.now() - started} ms`);
  }
});
