// @ts-check
'use strict';

/**
 * What a shell knows: the open snapshots, the functions that ask them, and the objects that were shown, as `$1`, `$2`, ….
 *
 * What is run is what the user typed, as in Node's own prompt. Nothing that a snapshot says is ever run: its texts are
 * values here, and shown with what steers a terminal taken out.
 */

const vm = require('node:vm');
const { HeapAnalyzerError } = require('../../lib/errors');
const { HeapEdge, HeapNode } = require('../../lib/objects/graph');
const { askQuestion } = require('../../lib/objects/questions');
const { HeapSnapshot } = require('../../lib/objects/snapshot');

/** `const ways = await paths($1)`, and without a declaration. */
const AWAITED = /^\s*(?:(?:const|let|var)\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=\s*(await\b[^]*)$/u;

/** What the parser says when more is to come. */
const UNFINISHED =
  /Unexpected end of input|missing \) after argument list|Unterminated template|missing \} in/;

class Unfinished extends Error {}

class Session {
  /** @type {any} the global object of what is typed */
  context;
  /** @type {Map<any, Map<number, string>>} by snapshot and ordinal: `$1` */
  #names = new Map();
  #shown = 0;

  /**
   * @param {any[]} snapshots at least one
   * @param {AbortSignal} signal
   */
  constructor(snapshots, signal) {
    this.context = vm.createContext({ snapshot: snapshots[0], snapshots, console });
    Object.assign(this.context, wordsOf(this.context, snapshots, signal));
  }

  /**
   * The variable that stands for a node: the one it has, or the next.
   * @param {any} node
   * @returns {string}
   */
  nameOf(node) {
    const { snapshot, ordinal } = node;
    const names = this.#names.get(snapshot) ?? new Map();
    this.#names.set(snapshot, names);
    let name = names.get(ordinal);
    if (name === undefined) {
      name = `$${++this.#shown}`;
      names.set(ordinal, name);
      this.context[name] = node;
    }
    return name;
  }

  /**
   * Runs what was typed. A promise is waited for, and its value is what comes of it.
   * @param {string} code
   * @returns {Promise<any>} rejects with Unfinished when it goes on in the next line
   */
  async run(code) {
    const value = await this.#evaluate(code);
    if (value !== undefined) this.context._ = value;
    return value;
  }

  /** @param {string} code */
  #evaluate(code) {
    const [, name, awaited] = AWAITED.exec(code) ?? [];
    if (name !== undefined) {
      return this.#awaited(awaited).then((/** @type {any} */ value) => (this.context[name] = value));
    }
    if (/\bawait\b/.test(code)) return this.#awaited(code);
    // An object rather than a block, as one means it at a prompt.
    const asObject = /^\s*\{[^]*\}\s*$/.test(code) && compiled(`(${code})`);
    const script = asObject || compiled(code);
    if (script instanceof Error) {
      if (UNFINISHED.test(script.message)) throw new Unfinished();
      throw script;
    }
    return script.runInContext(this.context);
  }

  /** @param {string} code */
  async #awaited(code) {
    const script = [`(async () => (${code.replace(/;\s*$/, '')}\n))()`, `(async () => { ${code}\n})()`]
      .map(compiled)
      .find((one) => !(one instanceof Error));
    const plain = script ?? compiled(`(async () => { ${code}\n})()`);
    if (!(plain instanceof Error)) return plain.runInContext(this.context);
    const opened = (code.match(/[([{]/g)?.length ?? 0) > (code.match(/[)\]}]/g)?.length ?? 0);
    if (opened) throw new Unfinished();
    throw plain;
  }
}

/**
 * @param {string} code
 * @returns {any} a script, or the error that it is none; never thrown
 */
function compiled(code) {
  try {
    return new vm.Script(code, { filename: 'shell' });
  } catch (error) {
    return error;
  }
}

/**
 * The words of the shell. Those that name no snapshot are about the one that `snapshot` is by then.
 * @param {any} context
 * @param {any[]} snapshots
 * @param {AbortSignal} signal
 */
function wordsOf(context, snapshots, signal) {
  /** @param {any} of a snapshot, or its place among them */
  const snapshotOf = (of) => {
    const found = typeof of === 'number' ? snapshots.at(of) : of;
    if (found instanceof HeapSnapshot) return found;
    const there =
      snapshots.length === 1 ? 'snapshots[0]' : `snapshots[0] to snapshots[${snapshots.length - 1}]`;
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', `that is no snapshot: there is ${there}`);
  };
  const current = () => snapshotOf(context.snapshot);
  /** @param {any} of */
  const nodeOf = (of) => (of instanceof HeapNode ? of : of instanceof HeapEdge ? of.to : current().node(of));
  return {
    use: (/** @type {any} */ of) => {
      context.snapshot = snapshotOf(of);
    },
    node: (/** @type {any} */ id) => current().node(id),
    nodes: (/** @type {any} */ filter) => current().nodes(filter),
    roots: () => current().roots(),
    edges: (/** @type {any} */ of) => nodeOf(of).edges(),
    retainers: (/** @type {any} */ of) => nodeOf(of).retainers(),
    dominated: (/** @type {any} */ of) => biggestFirst(nodeOf(of).dominated()),
    dominators: (/** @type {any} */ of) => {
      const node = nodeOf(of);
      return node.snapshot.dominators(node);
    },
    inspect: (/** @type {any} */ of, /** @type {any} */ options) => {
      const node = nodeOf(of);
      return node.snapshot.inspect(node, { limit: 8, signal, ...options });
    },
    paths: (/** @type {any} */ of, /** @type {any} */ options) => {
      const node = nodeOf(of);
      return node.snapshot.paths(node, { signal, ...options });
    },
    classes: () => current().classes({ signal }),
    query: (/** @type {string} */ name = 'objects', /** @type {any} */ { top = 20, by, ...filter } = {}) =>
      askQuestion(current(), name, { filter, by, top, signal }),
    diff: (/** @type {any} */ base = 0, /** @type {any} */ target = -1) => {
      if (snapshots.length > 1) return snapshotOf(target).diff(snapshotOf(base), { top: 20, signal });
      throw new HeapAnalyzerError('ERR_HEAP_USAGE', 'two snapshots are needed: heap-analyzer shell A B');
    },
  };
}

/** @param {Iterable<any>} nodes */
const biggestFirst = (nodes) => [...nodes].sort((a, b) => b.retainedSize - a.retainedSize);

module.exports = { Session, Unfinished };
