// @ts-check
'use strict';

/**
 * `heap-analyzer completion bash|zsh|fish`: what a shell needs to complete our commands, options and files.
 */

const { HeapAnalyzerError } = require('../../lib/errors');
const { nearest } = require('../../lib/nearest');
const { addExamples } = require('../options');

/** @type {Record<string, () => (commands: import('../completion/model').Command[]) => string>} */
const SHELLS = {
  bash: () => require('../completion/bash').bash,
  zsh: () => require('../completion/zsh').zsh,
  fish: () => require('../completion/fish').fish,
};

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('completion')
    .description('Print the completion of commands, options and files for your shell.')
    .argument('<shell>', 'bash, zsh or fish');
  addExamples(command, [
    'heap-analyzer completion bash > ~/.local/share/bash-completion/completions/heap-analyzer',
    'heap-analyzer completion fish > ~/.config/fish/completions/heap-analyzer.fish',
  ]);
  command.action((shell) => run(shell, context));
}

/**
 * @param {string} shell
 * @param {import('../main').Context} context
 */
function run(shell, context) {
  const names = Object.keys(SHELLS);
  if (!Object.hasOwn(SHELLS, shell)) {
    const meant = nearest(shell, names);
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `there is no completion for ${JSON.stringify(shell)}, but for ${names.join(', ')}${meant ? `; did you mean ${meant}?` : ''}`,
    );
  }
  const { commands } = require('../completion/model');
  context.stdout.write(SHELLS[shell]()(commands(context)));
}

module.exports = { define, takesSettings: false };
