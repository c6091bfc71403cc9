// @ts-check
'use strict';

/**
 * The completion for fish: a line for each command, option and argument.
 */

const { SNAPSHOT_ENDINGS } = require('../values');
const { FIRST_FLAGS } = require('./model');

/**
 * @typedef {import('./model').Command} Command
 * @typedef {import('./model').Flag} Flag
 * @typedef {import('./model').Value} Value
 */

/** @param {string} text */
const quoted = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`;

/** @param {Value} value what is offered for it; empty: anything, and no files */
function offers({ kind, words, listed }) {
  if (words.length > 0) {
    const list = words.join(' ');
    return `-a ${quoted(listed ? `(__fish_append , ${list})` : list)}`;
  }
  if (kind === 'snapshot') return `-k -a '(__heap_analyzer_snapshots)'`;
  if (kind === 'directory') return `-a '(__fish_complete_directories)'`;
  return kind === 'word' ? '' : '-F';
}

/** @param {string} condition @param {Flag} flag */
function flagLine(condition, { long, short, description, value }) {
  const names = `-l ${long.slice(2)}${short ? ` -s ${short.slice(1)}` : ''}`;
  const offered = value === null ? '' : offers(value);
  const takes = value === null ? '' : offered === '-F' ? ' -r -F' : ` -x ${offered}`.trimEnd();
  return `complete -c heap-analyzer -n ${quoted(condition)} ${names}${takes} -d ${quoted(description)}`;
}

/** @param {Command} command */
function lines({ name, flags, arguments: values }) {
  const condition = `__fish_seen_subcommand_from ${name}`;
  // fish does not count arguments: what one of them may be is offered for all, and what an option takes several of.
  const many = flags.flatMap(({ many: several, value }) => (several && value ? [value] : []));
  const offered = new Set([...values, ...many].map(offers).filter((text) => text !== ''));
  // Snapshots first; where there are none, that offers all files.
  if ([...offered].some((text) => text.includes('snapshots'))) offered.delete('-F');
  return [
    `complete -c heap-analyzer -n __fish_use_subcommand -a ${name}`,
    ...[...offered].map((text) => `complete -c heap-analyzer -n ${quoted(condition)} ${text}`),
    ...flags.map((flag) => flagLine(condition, flag)),
  ];
}

/** @param {Command[]} commands */
function fish(commands) {
  const described = commands.flatMap((command) => {
    const [first, ...rest] = lines(command);
    return [`${first} -d ${quoted(command.summary)}`, ...rest];
  });
  return `# fish completion for heap-analyzer: heap-analyzer completion fish > ~/.config/fish/completions/heap-analyzer.fish

# Snapshots and folders; all files where there are none.
function __heap_analyzer_snapshots
    # What fish would offer to a command that it knows nothing of.
    set -l all (complete -C "__heap_analyzer_files "(commandline -ct))
    set -l wanted (string match -r '.*(?:/|${SNAPSHOT_ENDINGS.map((ending) => ending.replaceAll('.', '\\.')).join('|')})$' -- $all)
    if test (count $wanted) -gt 0
        printf '%s\\n' $wanted
    else
        printf '%s\\n' $all
    end
end

complete -c heap-analyzer -f
${FIRST_FLAGS.map((flag) => flagLine('__fish_use_subcommand', flag)).join('\n')}
${described.join('\n')}
`;
}

module.exports = { fish };
