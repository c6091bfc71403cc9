'use strict';

/**
 * Completion as a user has it: in each shell, on a terminal, a line is typed, Tab pressed, and the shell runs what came of
 * it, told by a function in the place of our command.
 */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { COMMANDS } = require('../../cli/commands');
const { declared } = require('../../cli/plain');
const { run, runCli } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');
const { noTerminal } = require('../helpers/terminal');

const directory = temporaryDirectory(test);
fs.mkdirSync(path.join(directory, 'my heaps'));
fs.mkdirSync(path.join(directory, 'folder'));
for (const name of [
  'one.heapsnapshot',
  'one.txt',
  'two.heapsnapshot.gz',
  'two.json',
  'my heaps/x.heaptimeline',
])
  fs.writeFileSync(path.join(directory, name), '');
fs.writeFileSync(path.join(directory, 'folder', 'renamed.json'), '');

/**
 * A line, with Tab where it is pressed, and the words that our command is then called with.
 * @type {Array<[line: string, words: string[]]>}
 */
const LINES = [
  ['anal\t', ['analyze']],
  ['find-l\t', ['find-leaks']],
  ['analyze on\t', ['analyze', 'one.heapsnapshot']],
  ['analyze tw\t', ['analyze', 'two.heapsnapshot.gz']],
  ['analyze my\tx\t', ['analyze', 'my heaps/x.heaptimeline']],
  ['analyze folder/\t', ['analyze', 'folder/renamed.json']],
  ['compare one.heapsnapshot tw\t', ['compare', 'one.heapsnapshot', 'two.heapsnapshot.gz']],
  ['analyze one.heapsnapshot --sou\tfol\t', ['analyze', 'one.heapsnapshot', '--source-maps', 'folder/']],
  ['find-leaks --fail-on gr\t', ['find-leaks', '--fail-on', 'growth']],
  ['find-leaks --fail-on=gr\t', ['find-leaks', '--fail-on=growth']],
  ['find-leaks --baseline on\t', ['find-leaks', '--baseline', 'one.heapsnapshot']],
  [
    'find-leaks --snapshots one.heapsnapshot tw\t',
    ['find-leaks', '--snapshots', 'one.heapsnapshot', 'two.heapsnapshot.gz'],
  ],
  ['find-leaks --update-ignore two.j\t', ['find-leaks', '--update-ignore', 'two.json']],
  ['analyze --sections hints,pa\t', ['analyze', '--sections', 'hints,packages']],
  ['redact one.heapsnapshot two.j\t', ['redact', 'one.heapsnapshot', 'two.json']],
  ['redact one.heapsnapshot --output two.j\t', ['redact', 'one.heapsnapshot', '--output', 'two.json']],
  ['query one.heapsnapshot dup\t', ['query', 'one.heapsnapshot', 'duplicates']],
  ['query one.heapsnapshot --by ref\t', ['query', 'one.heapsnapshot', '--by', 'references']],
  ['shell one.heapsnapshot tw\t', ['shell', 'one.heapsnapshot', 'two.heapsnapshot.gz']],
  ['completion fi\t', ['completion', 'fish']],
  ['demo --kee\tfol\t', ['demo', '--keep', 'folder/']],
];

/** What a shell is started with, and how it learns the script and the function that tells its words. */
const SHELLS = {
  bash: {
    command: ['bash', '--norc', '--noprofile', '-i'],
    setup: (/** @type {string} */ script) =>
      `PS1=; source '${script}'; heap-analyzer() { printf 'W<%s>\\n' "$@"; printf 'E''ND\\n'; }`,
  },
  zsh: {
    command: ['zsh', '-f', '-i'],
    setup: (/** @type {string} */ script) =>
      `PS1=; PROMPT_SP=; unsetopt prompt_sp prompt_cr; autoload -U compinit && compinit -u -D; source '${script}'; ` +
      `heap-analyzer() { printf 'W<%s>\\n' "$@"; printf 'E''ND\\n'; }`,
  },
  fish: {
    command: ['fish', '--no-config', '-i'],
    setup: (/** @type {string} */ script) =>
      `function fish_prompt; end; set -g fish_autosuggestion_enabled 0; source '${script}'; ` +
      `function heap-analyzer; printf 'W<%s>\\n' $argv; printf 'E%s\\n' ND; end`,
  },
};

test('on a terminal', { concurrency: true }, async (t) => {
  await Promise.all(
    Object.keys(SHELLS).map((shell) => {
      const missing = spawnSync(shell, ['-c', 'true']).error !== undefined && `${shell} is missing`;
      const skip = noTerminal || missing;
      return t.test(`${shell} completes commands, options, their values and files`, { skip }, () =>
        completes(/** @type {keyof typeof SHELLS} */ (shell)),
      );
    }),
  );
});

/** @param {keyof typeof SHELLS} shell */
async function completes(shell) {
  const { command, setup } = SHELLS[shell];
  const script = path.join(directory, `completion.${shell}`);
  const { stdout: text } = await runCli(['completion', shell]);
  fs.writeFileSync(script, text);
  const steps = [[`${setup(script)}; printf 'RE%s\\n' ADY\r`, 'READY\r']];
  for (const [line] of LINES) {
    // Each Tab is given its time: the shell may read a folder.
    for (const part of `heap-analyzer ${line}`.split(/(?<=\t)/)) if (part !== '') steps.push([part, '']);
    steps.push(['\r', 'END\r']);
  }
  const typing = path.join(__dirname, '..', 'helpers', 'typing.py');
  const { stdout } = await run([typing, '400', '0.15', ...command], {
    command: 'python3',
    cwd: directory,
    input: steps.map((step) => `${JSON.stringify(step)}\n`).join(''),
    env: { TERM: 'dumb', HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
  });
  // What was run, call by call; what the terminal shows of typing is of no interest.
  const calls = stdout
    .replaceAll('\r', '')
    .split('END\n')
    .slice(0, -1)
    .map((part) => Array.from(part.matchAll(/W<([^\n]*)>\n/g), ([, word]) => word));
  // zsh goes on with `=` after an option, and with a comma in a list; and whether a folder ends with a slash is taste.
  const same = (/** @type {string[]} */ words) =>
    words.flatMap((word) => word.replace(/[/,]$/, '').split(/(?<=^--[a-z-]+)=/));
  assert.deepEqual(
    calls.map(same),
    LINES.map(([, words]) => same(words)),
    stdout.slice(-2000),
  );
}

test('every command and option is in every script', async () => {
  for (const shell of Object.keys(SHELLS)) {
    const { code, stdout } = await runCli(['completion', shell]);
    assert.equal(code, 0);
    for (const name of Object.keys(COMMANDS)) {
      assert.ok(stdout.includes(name), `${shell}: ${name}`);
      for (const { long } of declared(name, /** @type {any} */ ({})).takes.options)
        assert.ok(
          stdout.includes(shell === 'fish' ? `-l ${long.slice(2)} ` : long),
          `${shell}: ${name} ${long}`,
        );
    }
  }
});

test('another shell is wrong usage', async () => {
  const { code, stdout, stderr } = await runCli(['completion', 'fisch']);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^heap-analyzer: there is no completion for "fisch", but for bash, zsh, fish; did you mean fish\?\n$/,
  );
});
