'use strict';

/**
 * What is read without commander is read as commander reads it; what is not plain is left to it.
 */

const assert = require('node:assert/strict');
const test = require('node:test');
const { COMMANDS } = require('../../cli/commands');
const { readPlain } = require('../../cli/plain');
const { buildProgram } = require('../../cli/program');

/** Lets a command declare itself, and has its action tell what it was given. @type {(name: string) => any[]} */
function spyOn(name) {
  /** @type {any[]} */
  const calls = [];
  const command = COMMANDS[name]();
  const define = command.define;
  command.define = (declared, context) => {
    const action = declared.action.bind(declared);
    declared.action = () => action((...given) => void calls.push(given));
    define(declared, context);
    declared.action = action;
  };
  calls.undo = () => (command.define = define);
  return calls;
}

const silent = /** @type {any} */ ({
  stdout: { write: () => true },
  stderr: { write: () => true },
});

/** @param {string[]} argv */
async function byCommander(argv) {
  const calls = spyOn(argv[0]);
  try {
    await buildProgram(silent, argv[0]).parseAsync(argv, { from: 'user' });
  } catch (error) {
    assert.match(error.code, /^commander\./);
    return null;
  } finally {
    calls.undo();
  }
  // commander adds the command itself.
  return calls[0].slice(0, -1);
}

/** @param {string[]} argv */
function byPlain(argv) {
  const calls = spyOn(argv[0]);
  try {
    const action = readPlain(argv, silent);
    if (action === null) return null;
    action();
    return calls[0];
  } finally {
    calls.undo();
  }
}

const PLAIN = [
  'analyze a',
  'analyze -',
  'analyze a --json',
  'analyze --json a -q',
  'analyze a --top 3 --all --threads=2 --sections hints,packages',
  'analyze --sections none a --top 1 --top 2',
  'compare a b',
  'compare a --no-growth b --fail-on-growth 10MB --quiet',
  'find-leaks --snapshots a b - c --json',
  'find-leaks --snapshots a b --ignore x --snapshots c --ignore y z --fail-on never',
  'find-leaks --baseline - --target b --final-after rest',
  'inspect-object a --object-id 5 --raw-paths --paths 2',
  'node-snapshot --endpoint http://x -o y --header A:b --header C:d --compress gzip',
  'redact a b --property-keys',
  'demo --keep d',
];

for (const line of PLAIN) {
  test(`plain: ${line}`, async () => {
    const read = byPlain(line.split(' '));
    assert.notEqual(read, null);
    assert.deepEqual(read, await byCommander(line.split(' ')));
  });
}

const LEFT = [
  'analyze',
  'analyze a b',
  'analyze a --help',
  'analyze a -h',
  'analyze a --tpo 3',
  'analyze a --top',
  'analyze a --top x',
  'analyze a --top -3',
  'analyze a --json=yes',
  'analyze a --sections=',
  'analyze a -qx',
  'analyze -- a',
  'compare a',
  'find-leaks --fail-on something',
  'find-leaks --snapshots=a',
  'inspect-object a',
  'demo --version',
];

for (const line of LEFT) {
  test(`left to commander: ${line}`, () => assert.equal(byPlain(line.split(' ')), null));
}

test('no command, and commands that are none, are left to commander', () => {
  for (const argv of [[], ['anlyze', 'x'], ['--help', 'analyze'], ['--json', 'analyze', 'a'], ['toString']]) {
    assert.equal(readPlain(argv, silent), null);
  }
});

test('whatever is put together from words: both read the same, or it is left', async () => {
  const { random } = require('../../fixtures/programs/lib/random');
  const next = random(7);
  const pick = (/** @type {string[]} */ words) => words[Math.floor(next() * words.length)];
  const words = 'a b - -- --json -q --quiet --top --top=2 3 --all --sections hints --no-growth --snapshots';
  const all = `${words} --ignore --pid --threads x --fail-on leak --object-id -o --help --source-maps=`.split(
    ' ',
  );
  let plain = 0;
  for (let n = 0; n < 1500; n++) {
    const argv = [
      pick(Object.keys(COMMANDS)),
      ...Array.from({ length: Math.floor(next() * 6) }, () => pick(all)),
    ];
    const read = byPlain(argv);
    if (read === null) continue;
    plain++;
    assert.deepEqual(read, await byCommander(argv), argv.join(' '));
  }
  assert.ok(plain > 50, `${plain} of them were plain`);
});
