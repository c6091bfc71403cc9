'use strict';

/** `heap-analyzer shell`: what is typed at it, from a pipe and on a terminal, and what a snapshot cannot make it do. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { complete } = require('../../../cli/shell/complete');
const { Session } = require('../../../cli/shell/session');
const { openSnapshot } = require('../../..');
const { executable, run, runCli } = require('../../helpers/run');
const { sessionsText, snapshotText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');
const { noTerminal } = require('../../helpers/terminal');

const directory = temporaryDirectory(test);
const file = path.join(directory, 'heap.heapsnapshot');
const later = path.join(directory, 'later.heapsnapshot');
fs.writeFileSync(file, sessionsText(30));
fs.writeFileSync(later, sessionsText(33));

/** @param {string[]} lines @param {string[]} [files] */
const typed = (lines, files = [file]) => runCli(['shell', ...files], { input: lines.join('\n') });

test('objects get variables, lists have pages, promises are waited for', async () => {
  const { code, stdout, stderr } = await typed([
    'roots()',
    "const map = $1.get('sessions')",
    'map.retainedSize + map.id',
    "nodes({ class: 'Session' })",
    'more',
    'more',
    'await paths(101)',
    'x = await classes()',
    'x.length',
    '[1, 2].map((n) =>',
    '  n * 21,',
    ')',
    '({ a: 1 })',
    '{ a: 2 }',
    'retainers(101)',
    '$1',
    '_.name',
    "query('objects', { class: 'Map' })",
    'inspect(5)',
    "Promise.reject(new TypeError('no')).catch((e) => e.message)",
  ]);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.match(stdout, /^\$1 +global +@3 +object +1 +40 B +3\.1 kB$/m);
  assert.match(stdout, /^3101$/m, 'a declaration stays, and shows nothing');
  assert.equal(stdout.match(/^\$\d+ +Session/gm)?.length, 30);
  assert.match(stdout, /^\$2 +Session +@101 [^\n]*\n(\$\d+ [^\n]*\n){19}… `more` shows what follows\n/m);
  assert.match(stdout, /There is no more\.\n/);
  assert.match(stdout, /^global → \.sessions → /m);
  assert.match(stdout, /^21\n42\n\{ a: 1 \}\n\{ a: 2 \}\n/m);
  assert.match(stdout, /^\$32 +internal +0 +\(object elements\) +@7/m);
  assert.match(stdout, /^\$1 [^\n]*\n'global'\n1 object pass/m);
  assert.match(stdout, /^Object +@5 Map$/m);
  assert.match(stdout, /'no'\n$/);
});

test('two snapshots are compared', async () => {
  const { code, stdout } = await typed(['diff()', 'snapshots[1].nodeCount'], [file, later]);
  assert.equal(code, 0);
  assert.match(stdout, /Session +\+?3 /);
  assert.match(stdout, /^37$/m);
});

test('of several snapshots each can be asked, and any two are compared', async () => {
  const latest = path.join(directory, 'latest.heapsnapshot');
  fs.writeFileSync(latest, sessionsText(38));
  const { code, stdout, stderr } = await typed(
    [
      'snapshots.length',
      "[...nodes({ class: 'Session' })].length",
      'use(2)',
      "[...nodes({ class: 'Session' })].length",
      'use(snapshots[1])',
      "(await query('objects', { class: 'Session' })).count",
      'diff()',
      'diff(1, 2)',
      'diff(snapshots[0], snapshots[1])',
      'use(7)',
      'diff(0, {})',
    ],
    [file, later, latest],
  );
  assert.equal(code, 2);
  assert.match(stdout, /^3\n30\n38\n33\n/);
  assert.deepEqual(
    Array.from(stdout.matchAll(/Session +\+?(\d) /g), ([, more]) => more),
    ['8', '5', '3'],
  );
  assert.equal(stderr.match(/that is no snapshot: there is snapshots\[0\] to snapshots\[2\]/g)?.length, 2);
});

test('mistakes are told and end nothing; the exit code of a script says so', async () => {
  const { code, stdout, stderr } = await typed(['nope', 'node(6)', 'throw 3', 'a b', 'diff()', '1 + 1', '(']);
  assert.equal(code, 2);
  assert.equal(stdout, '2\n');
  const words = [
    /^ReferenceError: nope is not defined$/m,
    /^HeapAnalyzerError: .*nearest ids .* \(ERR_HEAP_NO_OBJECT\)$/m,
    /^thrown: 3$/m,
    /^SyntaxError: /m,
    /two snapshots are needed/,
    /the last line is not finished/,
  ];
  for (const pattern of words) assert.match(stderr, pattern);
  assert.doesNotMatch(stderr, /\n {4}at /);
  assert.equal((await runCli(['shell', '-'], { input: '' })).code, 2);
  assert.equal((await runCli(['shell', path.join(directory, 'none')], { input: '' })).code, 2);
});

test('nothing that a snapshot says is run, or reaches the terminal as it is', async () => {
  const evil = path.join(directory, 'evil.heapsnapshot');
  const code = "'); process.exit(7); ('${process.exit(7)}\x1b[2J\r\n";
  fs.writeFileSync(
    evil,
    snapshotText([
      { type: 'synthetic', name: '', id: 1, edges: [{ type: 'element', name: 1, to: 1 }] },
      { name: code, id: 3, size: 8, edges: [{ name: code, to: 2 }] },
      { type: 'string', name: code, id: 5, size: 8 },
    ]),
  );
  const lines = [
    'nodes()',
    'edges($2)',
    '$3.value',
    'classes()',
    'inspect($2)',
    'paths($3)',
    '$2.toString()',
    '$2.toJSON()',
  ];
  const { code: exit, stdout, stderr } = await typed(lines, [evil]);
  assert.deepEqual([exit, stderr], [0, '']);
  assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f]/);
  assert.match(stdout, /process\.exit\(7\)/);
});

test('completion knows words, members, classes and questions, and runs nothing', async () => {
  const snapshot = await openSnapshot(file);
  const { context } = new Session([snapshot], new AbortController().signal);
  Object.defineProperty(context, 'trap', { get: () => assert.fail('run'), enumerable: true });
  const offered = (/** @type {string} */ line) => complete(line, context)[0];
  assert.deepEqual(offered('retai'), ['retainers']);
  assert.deepEqual(offered("nodes({ class: 'Se"), ['Session']);
  assert.deepEqual(offered("query('wa"), ['waste']);
  assert.deepEqual(offered('nodes({ type: "obj'), ['object', 'object shape']);
  assert.deepEqual(offered('nodes({ minR'), ['minReferences', 'minRetained']);
  assert.deepEqual(offered('snapshot.dup'), ['duplicateStrings']);
  assert.deepEqual(offered('nobody.x'), []);
  assert.ok(offered('').includes('trap'));
  snapshot.close();
});

test('at a terminal: greeting, answer, completion, history', { skip: noTerminal }, async () => {
  const history = path.join(directory, 'history');
  const script = `
import os, pty, signal, sys
signal.alarm(60)
pid, fd = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
seen = b''
def until(text):
    global seen
    while text not in seen: seen += os.read(fd, 65536)
    seen = seen[seen.index(text) + len(text):]
until(b'heap> ')
# One by one: a Tab in the middle of what is pasted is a Tab.
os.write(fd, b'snapshots.len'); until(b'.len'); os.write(fd, b'\\t'); until(b'gth'); os.write(fd, b'\\r')
until(b'\\r\\n1\\r\\n'); until(b'heap> ')
os.write(fd, b'(1 +\\r'); until(b'....> ')
os.write(fd, b'\\x03'); until(b'heap> ')
os.write(fd, b'snapshot.nodeCount\\r'); until(b'\\r\\n34\\r\\n'); until(b'heap> ')
os.write(fd, b'\\x04')
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
`;
  const { code, stderr } = await run(['-c', script, process.execPath, executable, 'shell', file], {
    command: 'python3',
    env: { TERM: 'xterm', NO_COLOR: '1', HEAP_ANALYZER_HISTORY: history },
  });
  assert.equal(code, 0, stderr);
  assert.match(fs.readFileSync(history, 'utf8'), /^snapshot\.nodeCount$/m);
  assert.equal(fs.statSync(history).mode & 0o077, 0);
});
