// @ts-check
'use strict';

/**
 * Reads a command line in which all is plain: a command, and options and arguments as it declares them.
 *
 * commander knows help, near misses and the words for every mistake, and takes longer to load than a small snapshot
 * takes to be analysed. Commands declare themselves to whoever asks; here the same declarations are read without it.
 * What is not plain (help, a mistake, anything unusual) is left to commander whole: nothing here words anything.
 */

const { COMMANDS } = require('./commands');

/**
 * @typedef {(value: string, previous?: any) => any} Reader throws when the value will not do
 * @typedef {object} Option
 * @property {string} key of what the action gets
 * @property {'none' | 'one' | 'many'} values
 * @property {boolean} negated `--no-…`
 * @property {Reader} [read]
 */

/** `-q, --quiet`, `--top <n>`, `--snapshots <files...>`, `--no-growth` */
const DECLARED = /^(?:(?<short>-\w), )?(?<long>--(?<no>no-)?(?<name>[a-z-]+))(?: <[^.>]+(?<many>\.{3})?>)?$/;

/** Takes what a command declares, as commander's own class does, and keeps what reading needs. */
class PlainCommand {
  /** @type {Map<string, Option>} by flag */
  #options = new Map();
  /** @type {Record<string, any>} */
  #defaults = {};
  /** @type {string[]} */
  #required = [];
  /** @type {string[]} as declared: `<file>` */
  #arguments = [];
  #summary = '';
  /** @type {(...given: any[]) => unknown} */
  #action = () => undefined;

  name() {
    return this;
  }

  /** @param {string} summary */
  description(summary) {
    this.#summary = summary;
    return this;
  }

  addHelpText() {
    return this;
  }

  /** @param {string} declaration */
  argument(declaration) {
    this.#arguments.push(declaration);
    return this;
  }

  /** What the list of commands says of this one. */
  get outline() {
    return { usage: ['[options]', ...this.#arguments].join(' '), summary: this.#summary };
  }

  /**
   * @param {string} declaration
   * @param {string} _description
   * @param {Reader} [read]
   */
  option(declaration, _description, read) {
    const { short, long, no, name, many } = DECLARED.exec(declaration)?.groups ?? {};
    if (long === undefined) throw new Error(`an option declared in a way that is not known: ${declaration}`);
    const key = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    const values = many ? 'many' : declaration.endsWith('>') ? 'one' : 'none';
    /** @type {Option} */
    const option = { key, values, negated: no !== undefined, read };
    this.#options.set(long, option);
    if (short !== undefined) this.#options.set(short, option);
    if (option.negated) this.#defaults[key] = true;
    return this;
  }

  /**
   * @param {string} declaration
   * @param {string} description
   * @param {Reader} [read]
   */
  requiredOption(declaration, description, read) {
    this.option(declaration, description, read);
    this.#required.push([...this.#options.values()][this.#options.size - 1].key);
    return this;
  }

  /** @param {(...given: any[]) => unknown} action */
  action(action) {
    this.#action = action;
    return this;
  }

  /**
   * @param {string[]} argv what follows the command's name
   * @returns {(() => unknown) | null} what to do; null when it is not plain
   */
  read(argv) {
    /** @type {Record<string, any>} */
    const options = { ...this.#defaults };
    /** @type {string[]} */
    const given = [];
    for (let at = 0; at < argv.length; at++) {
      if (!isFlag(argv[at])) {
        given.push(argv[at]);
        continue;
      }
      const [flag, joined] = splitFlag(argv[at]);
      const option = this.#options.get(flag);
      if (!option) return null;
      const { key, values, negated, read } = option;
      if (values === 'none') {
        if (joined !== undefined) return null;
        options[key] = !negated;
        continue;
      }
      const taken = joined === undefined ? following(argv, at, values) : [joined];
      // An empty value, or several in one word: commander has rules for them.
      if (taken.length === 0 || taken.includes('') || (joined !== undefined && values === 'many'))
        return null;
      if (joined === undefined) at += taken.length;
      for (const value of taken) {
        try {
          if (read) options[key] = read(value, options[key]);
          else options[key] = values === 'many' ? [...(options[key] ?? []), value] : value;
        } catch {
          return null;
        }
      }
    }
    if (given.length !== this.#arguments.length || this.#required.some((key) => options[key] === undefined))
      return null;
    return () => this.#action(...given, options);
  }
}

/** A dash alone is stdin. @param {string} word */
const isFlag = (word) => word.length > 1 && word.startsWith('-');

/**
 * @param {string} word
 * @returns {[flag: string, value?: string]}
 */
function splitFlag(word) {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

/**
 * @param {string[]} argv
 * @param {number} at where the flag stands
 * @param {'one' | 'many'} values
 */
function following(argv, at, values) {
  const rest = argv.slice(at + 1, values === 'one' ? at + 2 : undefined);
  const end = rest.findIndex(isFlag);
  return end === -1 ? rest : rest.slice(0, end);
}

/**
 * @param {string[]} argv without node and script
 * @param {import('./main').Context} context
 * @returns {(() => unknown) | null} what was asked for; null when it takes commander to tell
 */
function readPlain([name, ...argv], context) {
  if (argv.length === 0 && (name === '--version' || name === '-V')) {
    return () => context.stdout.write(`${require('../package.json').version}\n`);
  }
  if (argv.length === 0 && (name === '--help' || name === '-h')) {
    return () => context.stdout.write(require('./help').firstPage(context));
  }
  return Object.hasOwn(COMMANDS, name ?? '') ? declared(name, context).read(argv) : null;
}

/**
 * @param {string} name of a command
 * @param {import('./main').Context} context
 */
function declared(name, context) {
  const command = new PlainCommand();
  COMMANDS[name]().define(command, context);
  return command;
}

module.exports = { readPlain, declared };
