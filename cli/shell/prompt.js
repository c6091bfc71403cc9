// @ts-check
'use strict';

/**
 * The prompt: lines in, what comes of them out. On a terminal with history and completion; from a pipe line by line.
 */

const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { fromSystem } = require('../../lib/errors');
const { complete } = require('./complete');
const { Unfinished } = require('./session');

const PROMPT = 'heap> ';
const MORE = '....> ';

/**
 * @param {import('./session').Session} session
 * @param {import('./show').Show} show
 * @param {import('../main').Context} context
 * @returns {Promise<{ failed: boolean }>} when the input ends; whether a line of a pipe failed
 */
async function prompt(session, show, { stdin, stdout, stderr, env, signal }) {
  const isTerminal = Boolean(stdin.isTTY && stdout.isTTY);
  const history = isTerminal ? historyFile(env) : null;
  const lines = readline.createInterface({
    input: stdin,
    output: isTerminal ? stdout : undefined,
    terminal: isTerminal,
    history: history === null ? [] : read(history),
    historySize: 1000,
    removeHistoryDuplicates: true,
    prompt: PROMPT,
    completer: (/** @type {string} */ line) => complete(line, session.context),
  });
  if (history !== null) lines.on('history', (/** @type {string[]} */ all) => write(history, all));
  // Ctrl-C empties the line; on an empty one it leaves, as does Ctrl-D.
  lines.on('SIGINT', () => {
    const had = lines.line !== '' || typed !== '';
    typed = '';
    if (!had) return lines.close();
    stdout.write('\n');
    lines.write(null, { ctrl: true, name: 'u' });
    ask();
  });
  const stop = () => lines.close();
  signal.addEventListener('abort', stop, { once: true });

  let typed = '';
  let failed = false;
  const ask = () => {
    if (!isTerminal) return;
    lines.setPrompt(typed === '' ? PROMPT : MORE);
    lines.prompt();
  };
  ask();
  try {
    for await (const line of lines) {
      typed = typed === '' ? line : `${typed}\n${line}`;
      const word = typed.trim();
      if (word === 'exit' || word === '.exit' || word === 'quit') break;
      try {
        if (word === 'help' || word === '.help') stdout.write(HELP);
        else if (word === 'more' || word === '.more') stdout.write(show.more());
        else if (word !== '') stdout.write(show.text(await session.run(typed)));
        typed = '';
      } catch (error) {
        if (!(error instanceof Unfinished)) {
          typed = '';
          failed = true;
          stderr.write(`${told(error)}\n`);
        }
      }
      signal.throwIfAborted();
      ask();
    }
    if (typed.trim() !== '') {
      failed = true;
      stderr.write('the last line is not finished\n');
    }
  } finally {
    signal.removeEventListener('abort', stop);
    lines.close();
  }
  signal.throwIfAborted();
  return { failed };
}

/** @param {any} error as a sentence; of mistakes in what was typed without a stack, which would be ours */
function told(error) {
  if (typeof error?.message !== 'string') return `thrown: ${require('node:util').inspect(error)}`;
  const code = typeof error.code === 'string' ? ` (${error.code})` : '';
  return `${error.name ?? 'Error'}: ${error.message}${code}`;
}

/**
 * Lines that were typed, and nothing of a heap. An empty HEAP_ANALYZER_HISTORY keeps none.
 * @param {NodeJS.ProcessEnv} env
 */
function historyFile({ HEAP_ANALYZER_HISTORY: file }) {
  if (file === '') return null;
  return file ?? path.join(os.homedir(), '.heap_analyzer_history');
}

/** @param {string} file @returns {string[]} newest first */
function read(file) {
  try {
    return require('node:fs').readFileSync(file, 'utf8').split('\n').filter(Boolean).reverse();
  } catch {
    return [];
  }
}

/** @param {string} file @param {string[]} all newest first */
function write(file, all) {
  try {
    require('node:fs').writeFileSync(file, `${[...all].reverse().join('\n')}\n`, { mode: 0o600 });
  } catch (error) {
    // A home that cannot be written to is no reason to stop asking.
    void fromSystem(error, 'keep the history');
  }
}

const HELP = `Type JavaScript; what is shown gets a variable: $1, $2, …  _ is the last value, promises are waited for.

  node(123)  nodes({ class: 'Session', minRetained: 1e6 })  roots()
  edges($1)  retainers($1)  dominated($1)  dominators($1)   $1.get('a.b[0]')?.value
  inspect($1)  paths($1, { limit: 3, exclude: ['Map'] })    all about it; ways from the roots
  classes()  query('waste')  query('objects', { type: 'closure', top: 5 })
  diff()  diff(0, 1)                                        what the last snapshot has and the first has not; of any two
  snapshot, snapshots, use(1)                               as openSnapshot() gives them; ask another one of them
  more   the next page        exit, Ctrl-D   leave
`;

module.exports = { prompt };
