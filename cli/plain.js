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
 * @typedef {((value: string, previous?: any) => any) & { choices?: string[], listed?: boolean, repeatable?: boolean }} Reader
 *   throws when the value will not do; says of itself which words it takes, whether several of them with commas between,
 *   and whether the option may be given again to add to what it has read
 *
 * @typedef {object} Option
 * @property {string} key of what the action gets
 * @property {string} long `--top`
 * @property {string} [short] `-q`
 * @property {'none' | 'one' | 'many'} values
 * @property {string} takes what stands in the brackets: `file`; empty for a switch
 * @property {boolean} negated `--no-…`
 * @property {string} description
 * @property {Reader} [read]
 */

/** `-q, --quiet`, `--top <n>`, `--snapshots <files...>`, `--no-growth` */
const DECLARED =
  /^(?:(?<short>-\w), )?(?<long>--(?<no>no-)?(?<name>[a-z-]+))(?: <(?<takes>[^.>]+)(?<many>\.{3})?>)?$/;

/** Takes what a command declares, as commander's own class does, and keeps what reading needs. */
class PlainCommand {
  /** @type {Map<string, Option>} by flag */
  #options = new Map();
  /** @type {Record<string, any>} */
  #defaults = {};
  /** @type {string[]} */
  #required = [];
  /** @type {Array<{ declaration: string, description: string }>} as declared: `<file>` */
  #arguments = [];
  /** @type {string[]} */
  #examples = [];
  #summary = '';
  /** @type {(...given: any[]) => unknown} */
  #action = () => undefined;
  /** @type {(options: Record<string, any>, given: string[]) => Record<string, any>} */
  #settings;

  /** @param {(options: Record<string, any>, given: string[]) => Record<string, any>} settings of a file, given what the line says */
  constructor(settings) {
    this.#settings = settings;
  }

  name() {
    return this;
  }

  /** @param {string} summary */
  description(summary) {
    this.#summary = summary;
    return this;
  }

  /**
   * @param {string} _where
   * @param {string} text
   */
  addHelpText(_where, text) {
    this.#examples.push(...Array.from(text.matchAll(/^ {2}\$ (.*)$/gm), ([, line]) => line));
    return this;
  }

  /**
   * @param {string} declaration
   * @param {string} [description]
   */
  argument(declaration, description = '') {
    this.#arguments.push({ declaration, description });
    return this;
  }

  /** What the list of commands says of this one. */
  get outline() {
    return {
      usage: ['[options]', ...this.#arguments.map(({ declaration }) => declaration)].join(' '),
      summary: this.#summary,
    };
  }

  /** All that it takes, for whoever tells of it elsewhere: settings in a file, the completion of shells, its page. */
  get takes() {
    const options = [...new Set(this.#options.values())];
    return { options, arguments: this.#arguments, examples: this.#examples };
  }

  /**
   * @param {string} declaration
   * @param {string} description
   * @param {Reader} [read]
   */
  option(declaration, description, read) {
    const { short, long, no, name, takes = '', many } = DECLARED.exec(declaration)?.groups ?? {};
    if (long === undefined) throw new Error(`an option declared in a way that is not known: ${declaration}`);
    const key = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    const values = many ? 'many' : takes ? 'one' : 'none';
    /** @type {Option} */
    const option = { key, long, short, values, takes, negated: no !== undefined, description, read };
    // `--no-config` beside `--config <file>` says no, and nothing of what holds without either.
    if (option.negated && !this.#options.has(`--${name}`)) this.#defaults[key] = true;
    this.#options.set(long, option);
    if (short !== undefined) this.#options.set(short, option);
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
    const options = {};
    /** @type {string[]} */
    const given = [];
    for (let at = 0; at < argv.length; at++) {
      if (!isFlag(argv[at])) {
        given.push(argv[at]);
        continue;
      }
      const [flag, joined] = splitFlag(argv[at]);
      const option = this.#options.get(flag) ?? this.#opposite(flag);
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
    if (!this.#fits(given)) return null;
    const left = this.#arguments.slice(given.length).map(() => undefined);
    const names = this.#arguments.slice(0, given.length).map(({ declaration }) => nameOf(declaration));
    const all = { ...this.#defaults, ...this.#settings(options, names), ...options };
    if (this.#required.some((key) => all[key] === undefined)) return null;
    return () => this.#action(...given, ...left, all);
  }

  /** @param {string[]} given */
  #fits(given) {
    const declarations = this.#arguments.map(({ declaration }) => declaration);
    if (declarations.some((declaration) => declaration.includes('...'))) return false;
    const needed = declarations.filter((declaration) => declaration.startsWith('<')).length;
    return given.length >= needed && given.length <= declarations.length;
  }

  /**
   * What takes a switch back that a file of settings has set: `--no-json`, `--cache`.
   * @param {string} flag
   * @returns {Option | undefined}
   */
  #opposite(flag) {
    const option = this.#options.get(oppositeOf(flag));
    return option?.values === 'none' && option.long !== '--no-config'
      ? { ...option, negated: !option.negated }
      : undefined;
  }
}

/** @param {string} flag a long one of a switch */
const oppositeOf = (flag) => (flag.startsWith('--no-') ? `--${flag.slice(5)}` : `--no-${flag.slice(2)}`);

/** Of an argument, as `<files...>` declares it. @param {string} declaration */
const nameOf = (declaration) => declaration.replace(/[<>[\].]/g, '');

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
  if (argv.length === 0 && (name === '--version' || name === '-V' || name === '-v')) {
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
  const command = new PlainCommand((options, given) => settingsFor(name, options, context, given));
  defineWhole(name, command, context);
  return command;
}

/**
 * A command with the options that all have.
 * @param {string} name
 * @param {any} command commander's, or the one above
 * @param {import('./main').Context} context
 */
function defineWhole(name, command, context) {
  const { define, takesSettings = true } = COMMANDS[name]();
  define(command, context);
  if (!takesSettings) return;
  command
    .option(
      '--config <file>',
      'take settings from this file (default: heap-analyzer.config.json, searched upward)',
    )
    .option('--no-config', 'take no settings from a file');
}

/**
 * @param {string} name of a command
 * @param {Record<string, any>} options as the command line has them
 * @param {import('./main').Context} context
 * @param {string[]} given names of the arguments that the command line has
 * @returns {Record<string, any>} those that a file of settings has
 */
function settingsFor(name, options, context, given) {
  if (COMMANDS[name]().takesSettings === false) return {};
  return require('./settings').readSettings(name, options, context, given);
}

module.exports = { readPlain, declared, defineWhole, oppositeOf, settingsFor };
