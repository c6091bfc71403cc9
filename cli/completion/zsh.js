// @ts-check
'use strict';

/**
 * The completion for zsh: specifications for its own `_arguments`, which shows what each option means.
 */

const { FIRST_FLAGS } = require('./model');

/**
 * @typedef {import('./model').Command} Command
 * @typedef {import('./model').Flag} Flag
 * @typedef {import('./model').Value} Value
 */

/** @param {string} text inside of single quotes */
const quoted = (text) => text.replaceAll("'", "'\\''");

/** @param {string} text of a specification, where brackets and colons mean something */
const escaped = (text) => quoted(text.replace(/[[\]:\\]/g, '\\$&'));

/** @param {Value} value */
function action({ name, kind, words, listed }) {
  if (words.length > 0) return listed ? `_values -s , ${name} ${words.join(' ')}` : `(${words.join(' ')})`;
  if (kind === 'snapshot') return '_heap-analyzer_snapshots';
  if (kind === 'directory') return '_files -/';
  return kind === 'word' ? ' ' : '_files';
}

/** @param {Flag} flag @returns {string[]} */
function specifications({ long, short, description, value, many, repeatable }) {
  const names = short ? [short, long] : [long];
  const others = names.length > 1 && !repeatable ? `(${names.join(' ')})` : '';
  return names.map((name) => {
    const head = `${repeatable ? '*' : others}${name}`;
    if (value === null) return `'${head}[${escaped(description)}]'`;
    const takes = `${many ? '*-*:' : ''}${escaped(value.name)}:${quoted(action(value))}`;
    // `=`: after a blank or after an equals sign. What takes several has them after blanks only.
    return `'${head}${many || !name.startsWith('--') ? '' : '='}[${escaped(description)}]:${takes}'`;
  });
}

/** @param {Command} command */
function branch({ name, flags, arguments: values }) {
  const rest = values.map(
    (value, index) => `'${value.many ? '*' : index + 1}:${escaped(value.name)}:${quoted(action(value))}'`,
  );
  const lines = [...flags.flatMap(specifications), ...rest];
  return `        ${name})\n          _arguments \\\n${lines.map((line) => `            ${line}`).join(' \\\n')}\n          ;;`;
}

/** @param {Command[]} commands */
function zsh(commands) {
  const described = commands.map(({ name, summary }) => `    '${name}:${escaped(summary)}'`).join('\n');
  return `#compdef heap-analyzer
# zsh completion for heap-analyzer: as _heap-analyzer in a folder of $fpath, or
# source <(heap-analyzer completion zsh)

_heap-analyzer_snapshots() {
  _files -g '*.(heapsnapshot|heaptimeline)(|.gz|.zst)(-.)'
}

_heap-analyzer() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a commands=(
${described}
  )
  _arguments -C \\
    ${FIRST_FLAGS.flatMap(specifications).join(' \\\n    ')} \\
    '1: :->command' \\
    '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $words[1] in
${commands.map(branch).join('\n')}
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _heap-analyzer ]]; then
  _heap-analyzer "$@"
else
  compdef _heap-analyzer heap-analyzer
fi
`;
}

module.exports = { zsh };
