'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { additionTo } = require('../../lib/additions');
const { blanked } = require('../../lib/source-text');

const named = (line, name) => ({ line, function: name });

/** Source, expression, and where that is added to. */
const cases = [
  ['function login(u) {\n  sessions.set(u, 1);\n}', 'sessions', named(2, 'login')],
  [
    'function login(u) {\n  if (u) {\n    for (;;) {\n      xs.push(u);\n    }\n  }\n}',
    'xs',
    named(4, 'login'),
  ],
  ['const login = async (u, { a } = {}) => {\n  xs.add(u);\n};', 'xs', named(2, 'login')],
  ['const api = {\n  login: function (u) {\n    xs[u] = 1;\n  },\n};', 'xs', named(3, 'login')],
  ['class A {\n  login(u = f()) {\n    store.items.push(u);\n  }\n}', 'store.items', named(3, 'login')],
  ['class A {\n  async #login(u) {\n    this.#items.push(u);\n  }\n}', 'a.#items', named(3, '#login')],
  ['function log(t) {\n  text += t;\n}', 'text', named(2, 'log')],
  ['function f() {}\nfunction g() {\n  cache[a.b] ??= 1;\n}', 'cache', named(3, 'g')],
  ['function* f(a) {\n  try {\n    xs?.unshift(a);\n  } catch {}\n}', 'xs', named(3, 'f')],
  // A function without a name, and none.
  ["app.get('/', (req) => {\n  xs.push(req);\n});", 'xs', { line: 2 }],
  ["function main() {\n  on('x', function (req) {\n    xs.push(req);\n  });\n}", 'xs', { line: 3 }],
  ['xs.push(1);', 'xs', { line: 1 }],
  ['const m = {\n  71(e, t) {\n    xs.push(e);\n  },\n};', 'xs', { line: 3 }],
  // Several lines, or none: nothing is said.
  ['xs.push(1);\nxs.push(2);', 'xs', null],
  ['const xs = [];\nxs.get(1);\nxs[0] === 1;\nys.push(1);\na.xs.push(1);\n// xs.push(1)', 'xs', null],
  ['items.push(1);', 'store.items', null],
  ['data.push(1);', 'stream._events.data', null],
  ['xs.push(1);', '[0]', null],
  ['', 'xs', null],
];

for (const [source, expression, expected] of cases) {
  test(`${JSON.stringify(source)}: ${expression}`, () => {
    assert.deepEqual(additionTo(blanked(source), expression), expected);
  });
}

test('is quick on any text', () => {
  for (const text of [
    'x[',
    'x',
    '{',
    '}',
    '{ x',
    '(',
    'f(',
    'a = (',
    '((a) ',
    'function a(',
    'if (a) {',
    '(){',
    '=>{',
  ]) {
    const source = text.repeat(2_000_000 / text.length);
    const started = performance.now();
    additionTo(`${source} y.set(`, 'y');
    additionTo(`${source} {y.set(`, 'y');
    additionTo(`${source} x.set(`, 'x');
    assert.ok(performance.now() - started < 3000, `${text}: ${performance.now() - started} ms`);
  }
});
