// @ts-check
'use strict';

/**
 * The completion for bash: a function that walks the words so far, and cases made from the commands. It needs nothing but
 * bash itself (3.2 of macOS too), and starts no process.
 */

const { SNAPSHOT_ENDINGS } = require('../values');
const { FIRST_FLAGS } = require('./model');

/**
 * @typedef {import('./model').Command} Command
 * @typedef {import('./model').Flag} Flag
 * @typedef {import('./model').Value} Value
 */

/** @param {Flag[]} flags */
const namesOf = (flags) => flags.flatMap(({ long, short }) => (short ? [long, short] : [long]));

/** What a case sets. @param {Value} value @param {string} reach */
function setting({ kind, words, listed }, reach) {
  const what = words.length > 0 ? (listed ? 'list' : 'words') : kind;
  return `reach=${reach} kind=${what}${words.length > 0 ? ` words='${words.join(' ')}'` : ''}`;
}

/** @param {Command} command */
function flagCases({ name, flags }) {
  return flags
    .filter(({ value }) => value !== null)
    .map((flag) => {
      const patterns = namesOf([flag]).map((word) => `${name}:${word}`);
      return `    ${patterns.join(' | ')}) ${setting(/** @type {Value} */ (flag.value), flag.many ? 'many' : 'one')} ;;`;
    });
}

/** @param {Command} command */
const argumentCases = ({ name, arguments: values }) =>
  values.map((value, index) => `    ${name}:${value.many ? '*' : index}) ${setting(value, 'one')} ;;`);

/** @param {Command[]} commands */
function bash(commands) {
  const names = commands.map(({ name }) => name).join(' ');
  return `# bash completion for heap-analyzer: as ~/.local/share/bash-completion/completions/heap-analyzer, or
# source <(heap-analyzer completion bash)

# What a word after this option may be: sets reach (how many words), kind and words.
__heap_analyzer_option() {
  reach='' kind='' words=''
  case "$1:$2" in
${commands.flatMap(flagCases).join('\n')}
  esac
}

# What this argument of the command may be.
__heap_analyzer_argument() {
  reach='' kind='' words=''
  case "$1:$2" in
${commands.flatMap(argumentCases).join('\n')}
  esac
}

# Files; with endings, those that end so, and all where none does. And folders, to go on in.
__heap_analyzer_files() {
  local IFS=$'\\n' name ending kept=() all=()
  for name in $(compgen -f -- "$1"); do
    all+=("$name")
    if [[ -d \${name/#\\~/$HOME} ]]; then
      kept+=("$name")
      continue
    fi
    for ending in $2; do
      [[ $name == *"$ending" ]] && kept+=("$name")
    done
  done
  COMPREPLY=("\${all[@]}")
  if [[ -n $2 && \${#kept[@]} -gt 0 ]]; then COMPREPLY=("\${kept[@]}"); fi
  compopt -o filenames 2>/dev/null
}

__heap_analyzer_value() {
  local cur=$1
  case $kind in
    words) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
    list)
      local before=''
      [[ $cur == *,* ]] && before=\${cur%,*},
      COMPREPLY=($(compgen -P "$before" -W "$words" -- "\${cur##*,}"))
      compopt -o nospace 2>/dev/null
      ;;
    snapshot) __heap_analyzer_files "\${cur//\\\\/}" $'${SNAPSHOT_ENDINGS.join('\\n')}' ;;
    file | perhaps-file) __heap_analyzer_files "\${cur//\\\\/}" '' ;;
    directory)
      local IFS=$'\\n'
      COMPREPLY=($(compgen -d -- "\${cur//\\\\/}"))
      compopt -o filenames 2>/dev/null
      ;;
  esac
}

_heap_analyzer() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command='' given=0 open='' reach='' kind='' words='' word i
  COMPREPLY=()
  # --option=value comes as three words.
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = ]]; then continue; fi
    if [[ $word == -- && -n $command ]]; then
      kind=file
      __heap_analyzer_value "$cur"
      return
    elif [[ $word == -?* ]]; then
      __heap_analyzer_option "$command" "$word"
      open=$reach
    elif [[ -n $open ]]; then
      [[ $open == one ]] && open=''
    elif [[ -z $command ]]; then
      command=$word
    else
      given=$((given + 1))
    fi
  done
  [[ $cur == = ]] && cur=''
  if [[ -z $command ]]; then
    COMPREPLY=($(compgen -W '${names} ${namesOf(FIRST_FLAGS).join(' ')}' -- "$cur"))
  elif [[ -n $open && $cur != -?* ]]; then
    __heap_analyzer_value "$cur"
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$(__heap_analyzer_options "$command")" -- "$cur"))
  else
    __heap_analyzer_argument "$command" "$given"
    if [[ -n $kind ]]; then __heap_analyzer_value "$cur"
    else COMPREPLY=($(compgen -W "$(__heap_analyzer_options "$command")" -- "$cur")); fi
  fi
}

__heap_analyzer_options() {
  case $1 in
${commands.map(({ name, flags }) => `    ${name}) echo '${flags.map(({ long }) => long).join(' ')}' ;;`).join('\n')}
  esac
}

complete -F _heap_analyzer heap-analyzer
`;
}

module.exports = { bash };
