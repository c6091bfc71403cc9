'use strict';

/**
 * What all commands have in common: help, version, wrong usage, pipes.
 */

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { version } = require('../..');
const { executable, root, run, runCli } = require('../helpers/run');
const { sessionsText } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);
const file = path.join(directory, 'heap.heapsnapshot');
fs.writeFileSync(file, sessionsText(10));

test('--version', async () => {
  for (const flag of ['--version', '-V']) {
    assert.deepEqual(await runCli([flag]), { code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
  }
});

test('--help lists the commands and the exit codes', async () => {
  for (const flag of ['--help', '-h']) {
    const { code, stdout, stderr } = await runCli([flag]);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const word of ['analyze', 'compare', 'find-leaks', 'demo', 'Exit codes', '130'])
      assert.ok(stdout.includes(word), word);
  }
});

test('help, help COMMAND and -v do what is meant by them', async () => {
  const [help, page, same, v] = await Promise.all(
    [['help'], ['help', 'trace'], ['trace', '--help'], ['-v']].map((args) => runCli(args)),
  );
  assert.match(help.stdout, /^Usage: heap-analyzer \[options\] \[command\]\n/);
  assert.match(page.stdout, /^Usage: heap-analyzer trace /);
  assert.equal(page.stdout, same.stdout);
  assert.equal(v.stdout, `${version}\n`);
});

test('a file that is not there: the one that was meant, or what became of the pattern', async () => {
  const missing = async (/** @type {string} */ name) => {
    const { code, stderr } = await runCli(['analyze', name], { cwd: directory });
    assert.equal(code, 2);
    return stderr;
  };
  assert.equal(
    await missing('hepa.heapsnapshot'),
    'heap-analyzer: no such file: hepa.heapsnapshot; did you mean heap.heapsnapshot?\n',
  );
  assert.equal(await missing('quite-other.json'), 'heap-analyzer: no such file: quite-other.json\n');
  assert.match(await missing('nowhere/heap.heapsnapshot'), /; nor is there a directory nowhere\n$/);
  assert.match(await missing('*.heapsnap'), /no file has the name \*\.heapsnap: the shell found nothing/);
  assert.match(await missing('C:\\heaps\\a.heapsnapshot'), /no such file: C:\\heaps\\a\.heapsnapshot/);
});

test('without a command: the help, on stderr, as wrong usage', async () => {
  const { code, stdout, stderr } = await runCli([]);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^Usage: heap-analyzer/);
});

/** Wrong usage, and what the sentence has to say. */
const mistakes = [
  [['anlyze', 'x'], /unknown command 'anlyze'; did you mean analyze\?/],
  [['find-leak'], /did you mean find-leaks\?/],
  [['conpare', 'x', 'y'], /did you mean compare\?/],
  [['frobnicate'], /unknown command 'frobnicate'/],
  [['--verison'], /unknown option '--verison'; did you mean --version\?/],
  [['analyze'], /missing required argument 'file'/],
  [['analyze', 'a', 'b'], /too many arguments/],
  [['analyze', 'a', '--tpo', '3'], /unknown option '--tpo'; did you mean --top\?/],
  [['analyze', 'a', '--top'], /option '--top <n>' argument missing/],
  [['analyze', 'a', '--top', 'many'], /'many' is invalid. it takes a whole number from 0/i],
  [['analyze', 'a', '--top', '-1'], /whole number|argument missing|unknown option/i],
  [['analyze', 'a', '--threads', '0'], /whole number from 1/],
  [['analyze', ''], /name of the snapshot is empty/],
  [['compare', 'a'], /missing required argument 'target'/],
  [['compare', '-', '-'], /only one of the two/],
  [['compare', 'a', 'b', '--fail-on-growth', 'much'], /size such as 500kB/],
  [['demo', '--kep', 'x'], /did you mean --keep\?/],
  [['heap.heapsnapshot'], /but a file: heap-analyzer analyze heap\.heapsnapshot says what is in it/],
  [['--top', '3', 'analyze', 'a'], /options stand after the command, here analyze/],
  [['analyze', 'a.heapsnapshot', 'b.heapsnapshot', 'c.heapsnapshot'], /find-leaks --snapshots takes more/],
  [['compare', 'a.heapsnapshot', 'b.heapsnapshot', 'c.heapsnapshot'], /are for find-leaks --snapshots/],
  [['anlyze', '--help'], /did you mean analyze\?/],
  [['help', 'anlyze'], /did you mean analyze\?/],
  [['an\x1b[2Jalyze'], /unknown command 'an\ufffd\[2Jalyze'/],
];

for (const [args, sentence] of mistakes) {
  test(`wrong usage: ${args.join(' ')}`, async () => {
    const text = await runCli(args);
    assert.equal(text.code, 2);
    assert.equal(text.stdout, '');
    assert.match(text.stderr, /^heap-analyzer: [^\n]*\n$/);
    assert.match(text.stderr, sentence);
    const json = await runCli([...args, '--json']);
    assert.equal(json.code, 2);
    assert.equal(json.stderr, '');
    const { error } = JSON.parse(json.stdout);
    assert.equal(error.code, 'ERR_HEAP_USAGE');
  });
}

test(
  'a reader that goes away early is no error',
  { skip: process.platform === 'win32' && 'no sh' },
  async () => {
    for (const options of ['', '--json']) {
      const line = `"${process.execPath}" "${executable}" analyze "${file}" ${options} | head -n 1`;
      const { stdout, stderr } = await run(['-c', line], { command: 'sh' });
      assert.equal(stderr, '');
      assert.equal(stdout.split('\n').length, 2);
    }
    // And when it is gone before the first byte.
    const child = spawn(process.execPath, [executable, 'analyze', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let complaints = '';
    child.stderr.on('data', (chunk) => (complaints += chunk));
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(complaints, '');
    assert.equal(code, 0);
  },
);

test(
  'an answer that cannot be written is a failure',
  { skip: !fs.existsSync('/dev/full') && 'no /dev/full' },
  async () => {
    const line = `"${process.execPath}" "${executable}" analyze "${file}" > /dev/full`;
    const { code, stderr } = await run(['-c', line], { command: 'sh' });
    assert.equal(code, 3);
    assert.match(stderr, /^heap-analyzer: cannot write the output: .*ENOSPC.*\n$/);
  },
);

/** Tells on stderr that a handler for SIGTERM stands: how long that takes depends on how busy the machine is. */
const TELLS = `process.on('newListener', (name) => {
  if (name === 'SIGTERM') setTimeout(() => process.stderr.write('listening\\n'), 50);
});`;

test(
  'SIGTERM ends it, too, with the code that shells expect',
  { skip: process.platform === 'win32' && 'no signals' },
  async () => {
    const preloaded = path.join(directory, 'tells.js');
    fs.writeFileSync(preloaded, TELLS);
    const { code, stderr } = await runCli(['analyze', '-'], {
      env: { NODE_OPTIONS: `--require ${preloaded}` },
      onStart(child) {
        child.stdin.end = () => child.stdin; // keeps the pipe open: the command waits for more
        child.stderr?.once('data', () => child.kill('SIGTERM'));
      },
    });
    assert.equal(code, 143);
    assert.match(stderr, /heap-analyzer: interrupted/);
  },
);

test('the executable can be executed', { skip: process.platform === 'win32' && 'no modes' }, () => {
  assert.ok(fs.statSync(executable).mode & 0o100);
  assert.match(fs.readFileSync(executable, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  assert.equal(
    require(path.join(root, 'package.json')).bin['heap-analyzer'].replace(/^\.\//, ''),
    'cli/heap-analyzer.js',
  );
});
