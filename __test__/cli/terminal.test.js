'use strict';

/**
 * The command line on a real terminal: width, colours, progress, Ctrl-C.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { width } = require('../../cli/render/text');
const { sessionsText } = require('../helpers/snapshot');
const { temporaryDirectory } = require('../helpers/temporary');
const { noTerminal, plainLines, runInTerminal } = require('../helpers/terminal');

const directory = temporaryDirectory(test);
const file = path.join(directory, 'heap.heapsnapshot');
fs.writeFileSync(file, sessionsText(100));
const skip = noTerminal;

test('fits the terminal, and is coloured', { skip }, async () => {
  for (const columns of [80, 120]) {
    const { code, output } = await runInTerminal(['analyze', file], { columns });
    assert.equal(code, 0);
    assert.ok(output.includes('\x1b[1m'));
    for (const line of plainLines(output)) assert.ok(width(line) <= columns, line);
  }
});

test('NO_COLOR, and a dumb terminal: no escape sequences at all', { skip }, async () => {
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const { output } = await runInTerminal(['analyze', file], { env });
    assert.ok(!output.includes('\x1b'));
  }
});

test('a quick command shows no progress', { skip }, async () => {
  const { output } = await runInTerminal(['analyze', file], { env: { NO_COLOR: '1' } });
  assert.ok(!output.includes('%  nodes'));
});

/** The engine, slowed down to two seconds: quick machines would be done before there is anything to see. */
const slow = { NODE_OPTIONS: `--require ${path.join(__dirname, '..', 'helpers', 'slow-engine.js')}` };

test('long work shows its progress and clears it; not when quiet', { skip }, async () => {
  const loud = await runInTerminal(['analyze', file], { env: slow });
  const reports = loud.output.match(/\r\x1b\[K *\d+ % {2}nodes {2}[\d.]+ [kMG]?B\/s/g);
  assert.ok(reports && reports.length > 5, loud.output.slice(0, 300));
  assert.ok(loud.output.includes(`\r\x1b[K\x1b[1m${file}`), 'the line is cleared before the answer');
  const quiet = await runInTerminal(['analyze', file, '--quiet'], { env: slow });
  assert.ok(!quiet.output.includes('\x1b[K'));
});

test('Ctrl-C: ends with 130, one line, and a clean screen', { skip }, async () => {
  const { code, output } = await runInTerminal(['analyze', file], { interruptAt: ' % ', env: slow });
  assert.equal(code, 130);
  assert.match(output, /\r\x1b\[K\nheap-analyzer: interrupted\n$/);
});

test('Ctrl-C in the demo: no process and no file is left', { skip }, async () => {
  const temporary = path.join(directory, 'temporary');
  fs.mkdirSync(temporary);
  const { code, output } = await runInTerminal(['demo'], {
    interruptAt: 'then snapshot',
    env: { TMPDIR: temporary },
  });
  assert.equal(code, 130);
  assert.match(output, /heap-analyzer: interrupted\n$/);
  assert.deepEqual(fs.readdirSync(temporary), []);
});

test('- with nothing piped in is wrong usage, and does not wait', { skip }, async () => {
  const { code, output } = await runInTerminal(['analyze', '-']);
  assert.equal(code, 2);
  assert.match(output, /stdin is a terminal/);
});
