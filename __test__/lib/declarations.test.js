'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const test = require('node:test');
const { addDeclarations, blanked, lineOf, relativeFiles, withPlace } = require('../../lib/declarations');
const { temporaryDirectory } = require('../helpers/temporary');

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
  ['const x = 1;', 'x', { function: 'gone' }, null],
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

const finding = (file, variable = 'sessions', place = { file }) => ({
  sentence: `Map \`${variable}\` in ${file} grew 1 → 2 entries (+1 B, 1 B each), held by module scope`,
  holder: { id: 1, name: 'Map', class: 'Map', variable, place },
  evidence: [`most of them: add in ${file}:7`],
  path: [{ text: `→ closure add ${file}:7` }],
});

test('completes place, sentence and names of files', async (t) => {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, 'src', 'session.js');
  fs.mkdirSync(path.dirname(file));
  fs.writeFileSync(file, '\n\nconst sessions = new Map();\n');
  for (const name of [file, pathToFileURL(file).href]) {
    const one = finding(name);
    await addDeclarations([one], directory);
    assert.deepEqual(one.holder.place, { file: name, line: 3 });
    assert.match(one.sentence, /^Map `sessions` in src\/session\.js:3 grew /);
    assert.deepEqual(one.evidence, ['most of them: add in src/session.js:7']);
    assert.equal(one.path[0].text, '→ closure add src/session.js:7');
  }
  const elsewhere = finding(file);
  await addDeclarations([elsewhere], '/somewhere/else');
  assert.ok(elsewhere.sentence.includes(` in ${file}:3 grew `));
});

test('what cannot be read changes nothing', async (t) => {
  const directory = temporaryDirectory(t);
  const huge = path.join(directory, 'huge.js');
  fs.writeFileSync(huge, 'const sessions = 1;');
  fs.truncateSync(huge, 5 * 1024 * 1024);
  for (const file of [
    ...[
      'node:events',
      'relative.js',
      '/there/is/nothing.js',
      'file://host/x.js',
      'file:///%00',
      'https://x/y.js',
    ],
    ...['', directory, huge, '/dev/zero'],
  ]) {
    const one = finding(file);
    const before = structuredClone(one);
    await addDeclarations([one], '/somewhere/else');
    assert.deepEqual(one, before);
  }
  const nameless = finding('x');
  delete nameless.holder.variable;
  delete nameless.holder.place;
  await addDeclarations([nameless], directory);
});

test('places in sentences', () => {
  const place = { file: '/app/src/a b.js', line: 12 };
  for (const [before, after] of [
    ['Map `x` in /app/src/a b.js grew 1', 'Map `x` in /app/src/a b.js:12 grew 1'],
    ['Map `x` in src/a b.js grew 1', 'Map `x` in /app/src/a b.js:12 grew 1'],
    ['Map `x` in /app/src/a b.js:3 grew 1', 'Map `x` in /app/src/a b.js:12 grew 1'],
    ['Map `x` in other.js grew 1', 'Map `x` in other.js grew 1'],
    ['Map @1 grew 1', 'Map @1 grew 1'],
  ]) {
    assert.equal(withPlace(before, place), after);
  }
  assert.equal(relativeFiles('in /app/x.js', '/'), 'in /app/x.js');
  assert.equal(relativeFiles('in /app/x.js and /apple/y.js', '/app'), 'in x.js and /apple/y.js');
});
