'use strict';

/**
 * Files that are not what they should be: through the API, the command line and its JSON alike one clear
 * sentence, a code, and exit code 2.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { analyze, compare, HeapAnalyzerError } = require('..');
const { root, runCli, runSource } = require('./helpers/run');
const { sessionsText, snapshotText } = require('./helpers/snapshot');
const { temporaryDirectory } = require('./helpers/temporary');

const directory = temporaryDirectory(test);
const whole = sessionsText(20);
const good = path.join(directory, 'good.heapsnapshot');
fs.writeFileSync(good, whole);

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const outOfRange = snapshotText([
  { type: 'synthetic', name: '', id: 1, edges: [{ type: 'element', name: 1, to: 7 }] },
  { type: 'object', name: 'Only', id: 3, size: 16 },
]);

/** What is written, and the code that comes of it. */
const contents = [
  ['empty', '', 'ERR_HEAP_EMPTY'],
  ['only blanks', ' \n\n', /^ERR_HEAP_(EMPTY|TRUNCATED|NOT_SNAPSHOT)$/],
  ['cut in the header', whole.slice(0, 200), 'ERR_HEAP_TRUNCATED'],
  ['cut in the nodes', whole.slice(0, whole.indexOf('"nodes"') + 60), 'ERR_HEAP_TRUNCATED'],
  ['cut in the strings', whole.slice(0, -20), 'ERR_HEAP_TRUNCATED'],
  ['cut by one character', whole.slice(0, -1), 'ERR_HEAP_TRUNCATED'],
  ['a PNG', pixel, 'ERR_HEAP_NOT_SNAPSHOT'],
  ['JSON of another kind', '{"name":"x","version":"1.0.0"}', 'ERR_HEAP_NOT_SNAPSHOT'],
  ['a JSON list', '[1,2,3]', 'ERR_HEAP_NOT_SNAPSHOT'],
  ['a text', 'Dear diary,\ntoday the heap grew.\n', 'ERR_HEAP_NOT_SNAPSHOT'],
  ['a target out of range', outOfRange, 'ERR_HEAP_MALFORMED', true],
  ['a target between two nodes', outOfRange.replace('1,1,49]', '1,1,5]'), 'ERR_HEAP_MALFORMED', true],
  ['a number with a fraction', outOfRange.replace('1,1,49]', '1,1,7.5]'), 'ERR_HEAP_MALFORMED', true],
  [
    'fewer nodes than declared',
    whole.replace('"node_count":24', '"node_count":25'),
    /^ERR_HEAP_(MALFORMED|TRUNCATED)$/,
  ],
];

/** A name, the path to give, the code, and whether a byte is named. */
const cases = contents.map(([what, bytes, code, offset = false]) => {
  const file = path.join(directory, `${what}.heapsnapshot`);
  fs.writeFileSync(file, bytes);
  return { what, file, code, offset };
});
cases.push(
  { what: 'a directory', file: directory, code: 'ERR_HEAP_IS_DIRECTORY', offset: false },
  { what: 'missing', file: path.join(directory, 'missing'), code: 'ERR_HEAP_NOT_FOUND', offset: false },
);

const isCode = (actual, expected) =>
  typeof expected === 'string' ? assert.equal(actual, expected) : assert.match(actual, expected);

/** One line that names the file. */
function isSentence(message, file) {
  assert.ok(!message.includes('\n'), message);
  assert.ok(message.length > 10 && message.length < 300, message);
  assert.ok(message.includes(file), message);
}

for (const { what, file, code, offset } of cases) {
  test(`${what}: the API`, async () => {
    for (const call of [() => analyze(file), () => compare(good, file), () => compare(file, good)]) {
      await assert.rejects(call(), (error) => {
        assert.ok(error instanceof HeapAnalyzerError);
        isCode(error.code, code);
        isSentence(error.message, file);
        if (offset) assert.ok(Number.isInteger(error.offset) && error.offset > 0);
        return true;
      });
    }
  });

  test(`${what}: the command line`, async () => {
    const text = await runCli(['analyze', file]);
    assert.equal(text.stdout, '');
    assert.match(text.stderr, /^heap-analyzer: .*\n$/);
    isSentence(text.stderr.trim(), file);
    assert.equal(text.code, 2);
    const json = await runCli(['compare', good, file, '--json']);
    assert.equal(json.stderr, '');
    const { schemaVersion, tool, error } = JSON.parse(json.stdout);
    assert.equal(schemaVersion, 1);
    assert.equal(tool.name, 'heap-analyzer');
    isCode(error.code, code);
    isSentence(error.message, file);
    assert.equal(json.code, 2);
  });
}

test('the same contents as bytes', async () => {
  for (const [what, bytes, code] of contents) {
    await assert.rejects(
      analyze(Buffer.from(bytes)),
      (error) => {
        isCode(error.code, code);
        return true;
      },
      what,
    );
  }
});

test('the same contents through a pipe', async () => {
  for (const [, bytes, code] of contents) {
    const { stdout, code: exitCode } = await runCli(['analyze', '-', '--json'], { input: bytes });
    isCode(JSON.parse(stdout).error.code, code);
    assert.equal(exitCode, 2);
  }
});

test('cut at any byte: never anything but a whole answer or an error with a code', async () => {
  const bytes = Buffer.from(sessionsText(2));
  for (let length = 1; length < bytes.length; length += 7) {
    await assert.rejects(analyze(bytes.subarray(0, length)), (error) => {
      assert.match(error.code, /^ERR_HEAP_(TRUNCATED|NOT_SNAPSHOT|EMPTY)$/, `${length} bytes`);
      return true;
    });
  }
});

test('unreadable', { skip: process.platform === 'win32' && 'no modes' }, async (t) => {
  const secret = path.join(temporaryDirectory(t), 'secret.heapsnapshot');
  fs.writeFileSync(secret, whole, { mode: 0o000 });
  fs.chmodSync(path.dirname(secret), 0o755);
  // Root may read everything; so the process becomes nobody once it has loaded what it needs.
  const drop =
    process.getuid?.() === 0 ? 'process.setgroups([]); process.setgid(65534); process.setuid(65534);' : '';
  const api = await runSource(
    `const { analyze } = require(root);
     require(root + '/lib/native').loadNative();
     ${drop}
     analyze(${JSON.stringify(secret)}).catch(({ code, message }) => console.log(JSON.stringify({ code, message })))`,
  );
  assert.equal(api.stderr, '');
  const { code, message } = JSON.parse(api.stdout);
  assert.equal(code, 'ERR_HEAP_PERMISSION');
  isSentence(message, secret);
  const cli = await runSource(
    `const { main } = require(root + '/cli/main');
     for (const name of ['lib/analysis', 'cli/output', 'cli/input', 'cli/render/analysis', 'cli/render/progress']) {
       require(root + '/' + name);
     }
     require(root + '/lib/native').loadNative();
     ${drop}
     main(['analyze', ${JSON.stringify(secret)}]).then((code) => (process.exitCode = code))`,
    { cwd: root },
  );
  assert.equal(cli.stdout, '');
  assert.match(cli.stderr, /^heap-analyzer: .*\n$/);
  assert.equal(cli.code, 2);
});
