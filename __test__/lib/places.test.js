'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const test = require('node:test');
const { addPlaces, relativeFiles, withPlace } = require('../../lib/places');
const { temporaryDirectory } = require('../helpers/temporary');

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
  fs.writeFileSync(
    file,
    '\n\nconst sessions = new Map();\nfunction login(id) {\n  sessions.set(id, {});\n}\n',
  );
  for (const name of [file, pathToFileURL(file).href]) {
    const one = finding(name);
    await addPlaces([one], { directory });
    assert.deepEqual(one.holder.place, { file: name, line: 3 });
    assert.match(one.sentence, /^Map `sessions` in src\/session\.js:3 grew /);
    assert.match(one.sentence, /, held by module scope; entries are added in login\(\) src\/session\.js:5$/);
    assert.deepEqual(one.addedIn, { place: { file: name, line: 5, function: 'login' } });
    assert.deepEqual(one.evidence, ['most of them: add in src/session.js:7']);
    assert.equal(one.path[0].text, '→ closure add src/session.js:7');
  }
  const elsewhere = finding(file);
  await addPlaces([elsewhere], { directory: '/somewhere/else' });
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
    await addPlaces([one], { directory: '/somewhere/else' });
    assert.deepEqual(one, before);
  }
  const nameless = finding('x');
  delete nameless.holder.variable;
  delete nameless.holder.place;
  await addPlaces([nameless], { directory });
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

test('a file of a package: its version, in place and in words', async (t) => {
  const directory = temporaryDirectory(t);
  for (const [name, manifest, expected] of [
    ['express', '{"version":"4.18.2"}', 'express@4.18.2'],
    ['@scope/name', '{"version":"1.0.0-rc.1"}', '@scope/name@1.0.0-rc.1'],
    ['evil', '{"version":"\\u001b[2J 1"}', 'evil'],
    ['broken', '{', 'broken'],
    ['none', null, 'none'],
  ]) {
    const folder = path.join(directory, 'node_modules', 'a', 'node_modules', name);
    const file = path.join(folder, 'lib', 'index.js');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, 'const sessions = new Map();\nsessions.set(1, 2);\n');
    if (manifest !== null) fs.writeFileSync(path.join(folder, 'package.json'), manifest);
    const one = finding(file, 'sessions', { file, package: name });
    one.allocatedIn = { place: { file, line: 9, column: 2, package: name } };
    await addPlaces([one], { directory: '/somewhere/else' });
    assert.deepEqual(one.holder.place, { file, package: expected, line: 1 });
    assert.deepEqual(one.addedIn.place, { file, line: 2, package: expected });
    assert.equal(one.allocatedIn.place.package, expected);
    assert.ok(one.sentence.startsWith(`Map \`sessions\` in ${expected}/lib/index.js:1 grew `), one.sentence);
    assert.ok(one.sentence.endsWith(` in ${expected}/lib/index.js:2`), one.sentence);
  }
});

test('of several holders nothing is said of what adds', async (t) => {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, 'a.js');
  fs.writeFileSync(file, 'const sessions = new Map();\nsessions.set(1, new Map());\n');
  const several = finding(file);
  several.holder.count = 5;
  await addPlaces([several], { directory });
  assert.equal(several.holder.place.line, 1);
  assert.ok(!('addedIn' in several));
});
