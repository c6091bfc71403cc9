// @ts-check
'use strict';

/**
 * One run of the command line: arguments in, exit code out. Commands only return or throw; what a failure looks
 * like and which exit code it has is decided here, once for all of them.
 */

const { HeapAnalyzerError } = require('../lib/errors');
const { COMMANDS } = require('./commands');
const { EXIT, exitCodeFor } = require('./exit');
const { watchInterrupts } = require('./interrupt');
const { readPlain } = require('./plain');

/**
 * @typedef {object} Context what a command may touch
 * @property {NodeJS.WriteStream} stdout
 * @property {NodeJS.WriteStream} stderr
 * @property {NodeJS.ReadStream} stdin
 * @property {NodeJS.ProcessEnv} env
 * @property {AbortSignal} signal aborted by Ctrl-C
 * @property {number} exitCode what a command that succeeds leaves here
 * @property {{ shown: string, keys: string[], json: boolean }} [settings] those of a file that are in effect
 */

/**
 * @param {string[]} given without node and script
 * @returns {Promise<number>} the exit code, when everything that was written is out
 */
async function main(given) {
  const argv = asOptions(given);
  const interrupts = watchInterrupts();
  /** @type {Set<NodeJS.WriteStream>} */
  const opened = new Set();
  const context = contextWith(interrupts.signal, opened);
  try {
    const action = readPlain(argv, context);
    if (action) await action();
    else await require('./program').buildProgram(context, argv[0]).parseAsync(argv, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    return report(error, context, argv, interrupts.exitCode());
  } finally {
    interrupts.stop();
    await Promise.all([...opened].map(written));
  }
}

/**
 * `help analyze`, as many programs have it, for `analyze --help`. And help on a command that there is not is no help.
 * @param {string[]} argv
 */
function asOptions(argv) {
  const asked = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
  const [name] = asked;
  if (name === undefined || name.startsWith('-') || Object.hasOwn(COMMANDS, name)) return asked;
  return asked.filter((word) => word !== '--help' && word !== '-h');
}

/**
 * Resolves when all that was written to a stream is out: a pipe takes what its reader has room for.
 * @param {NodeJS.WriteStream} stream
 */
const written = (stream) => new Promise((resolve) => void stream.write('', resolve));

/**
 * Streams are opened when they are first used: each takes its time, and most runs need one of the three.
 * @param {AbortSignal} signal
 * @param {Set<NodeJS.WriteStream>} opened those that were
 * @returns {Context}
 */
function contextWith(signal, opened) {
  const open = (/** @type {NodeJS.WriteStream} */ stream) => {
    if (!opened.has(stream)) watchStream(stream);
    opened.add(stream);
    return stream;
  };
  return {
    get stdout() {
      return open(process.stdout);
    },
    get stderr() {
      return open(process.stderr);
    },
    get stdin() {
      return process.stdin;
    },
    env: process.env,
    signal,
    exitCode: EXIT.CLEAN,
  };
}

/**
 * @param {any} error
 * @param {Context} context
 * @param {string[]} argv
 * @param {number | null} interrupted the exit code of the interruption, when there was one
 */
function report(error, context, argv, interrupted) {
  if (isOfCommander(error) && error.exitCode === 0) return EXIT.CLEAN;
  // A bare `heap-analyzer` has already printed its help, to stderr.
  if (isOfCommander(error) && error.code === 'commander.help') return EXIT.BAD_INPUT;
  const failure =
    interrupted === null
      ? asFailure(error, argv)
      : new HeapAnalyzerError('ERR_HEAP_CANCELLED', 'interrupted');
  const { code, offset } = failure;
  const message = failure.message + blame(failure, context);
  if (wantsJson(argv, context)) {
    const body = { code, message, ...(offset === undefined ? {} : { offset }) };
    const tool = { name: 'heap-analyzer', version: require('../package.json').version };
    context.stdout.write(`${JSON.stringify({ schemaVersion: 1, tool, error: body }, null, 2)}\n`);
  } else {
    context.stderr.write(
      // It may quote what was typed, or the name of a file.
      interrupted === null
        ? `heap-analyzer: ${require('../lib/report/clean').clean(message)}\n`
        : '\nheap-analyzer: interrupted\n',
    );
  }
  // Neither ours nor commander's: a bug, and its stack is what a report of it needs.
  if (failure.cause === error && error instanceof Error) context.stderr.write(`${error.stack}\n`);
  return interrupted ?? exitCodeFor(code);
}

/**
 * A mistake may be in what nobody has typed.
 * @param {HeapAnalyzerError} failure
 * @param {Context} context
 */
function blame({ code }, { settings }) {
  if (code !== 'ERR_HEAP_USAGE' || !settings || settings.keys.length === 0) return '';
  return ` (${settings.shown} sets ${settings.keys.join(', ')})`;
}

/** By its code: most runs never load commander. @param {any} error */
const isOfCommander = (error) => typeof error?.code === 'string' && error.code.startsWith('commander.');

/** @param {any} error @param {string[]} argv */
function asFailure(error, argv) {
  if (error instanceof HeapAnalyzerError) return error;
  if (isOfCommander(error)) {
    const words = error.message
      .replace(/^error: /, '')
      .replace(/\n\(Did you mean (.*)\?\)$/s, '; did you mean $1?')
      .replace(/\.$/, '');
    const more = words.endsWith('?')
      ? ''
      : require('./advice').advice(error.code, argv) || '; --help tells more';
    return new HeapAnalyzerError('ERR_HEAP_USAGE', words + more);
  }
  return new HeapAnalyzerError('ERR_HEAP_INTERNAL', `a bug in heap-analyzer: ${error?.message ?? error}`, {
    cause: error,
  });
}

/**
 * Asked of the raw arguments, because the error may be that they cannot be parsed.
 * @param {string[]} argv
 * @param {Context} context
 */
function wantsJson(argv, { settings }) {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  return own.includes('--json') || (settings?.json === true && !own.includes('--no-json'));
}

/**
 * `heap-analyzer … | head` closes our stdout: no error, just nobody left to write for. Any other failure to
 * write (a full disk behind `>`) leaves no answer, and the exit code has to say so.
 * @param {NodeJS.WriteStream} stream
 */
function watchStream(stream) {
  stream.on('error', (/** @type {any} */ error) => {
    if (error.code === 'EPIPE') process.exit();
    if (stream !== process.stderr)
      process.stderr.write(`heap-analyzer: cannot write the output: ${error.message}\n`);
    process.exit(EXIT.FAILED);
  });
}

module.exports = { main };
