// @ts-check
'use strict';

/**
 * Dead captures: variables that a scope keeps although no function that is alive and sees them reads them.
 *
 * V8 keeps one scope for all closures of a function, with every variable that any of them reads. When those that read
 * a variable are gone and another closure lives on, the variable's value is kept for nobody. Which closures there are
 * the snapshot says; what they read says their text, where the files it names can be read. A variable is called unread
 * only when the text of every function that sees it was found and its name stands in none of them, not even in a
 * comment. So the grade is `likely`: the file may have changed since.
 */

const { functionText, readCode } = require('./function-text');

/** Bytes from which on a variable is looked at, and scopes, largest first. */
const LEAST = 10_000;
const MOST_SCOPES = 5_000;
/** Functions and inner scopes that are looked at for one scope. */
const MOST_READERS = 1_000;

/**
 * @param {any} snapshot
 * @param {{ top?: number, minRetained?: number, signal?: AbortSignal }} options
 */
async function findCaptures(snapshot, { top = 100, minRetained = LEAST, signal }) {
  /** @type {Map<string, Promise<import('./function-text').Source | null>>} */
  const files = new Map();
  /** @type {Map<string, string | null>} texts of functions by place */
  const texts = new Map();
  const textOf = async (/** @type {any} */ place) => {
    const key = `${place.file}:${place.line}:${place.column}`;
    if (!texts.has(key)) {
      const source = files.get(place.file) ?? readCode(place.file);
      files.set(place.file, source);
      const code = await source;
      texts.set(key, code && functionText(code, place));
    }
    return texts.get(key) ?? null;
  };

  const scopes = scopesOf(snapshot, minRetained);
  const found = [];
  let unknown = 0;
  for (const scope of scopes.slice(0, MOST_SCOPES)) {
    signal?.throwIfAborted();
    const variables = variablesOf(scope, minRetained);
    if (variables.length === 0) continue;
    const readers = readersOf(scope);
    const read = readers && (await Promise.all(readers.map(({ place }) => place && textOf(place))));
    if (!readers || !read || read.some((text) => typeof text !== 'string')) {
      unknown++;
      continue;
    }
    for (const { name, to } of variables) {
      if (read.some((text) => mentions(/** @type {string} */ (text), name))) continue;
      found.push({
        grade: 'likely',
        variable: name,
        scope: scope.id,
        node: to.toJSON(),
        closureCount: readers.length,
        closures: readers
          .slice(0, 3)
          .map(({ id, name: function_, place }) => ({ id, name: function_, place })),
      });
    }
  }
  found.sort((a, b) => b.node.retainedSize - a.node.retainedSize || a.scope - b.scope);
  return {
    captureCount: found.length,
    captureBytes: found.reduce((sum, { node }) => sum + node.retainedSize, 0),
    unknownCount: unknown + Math.max(0, scopes.length - MOST_SCOPES),
    captures: found.slice(0, top),
  };
}

/**
 * @param {any} snapshot
 * @param {number} minRetained
 * @returns {any[]} scopes that keep much, largest first
 */
function scopesOf(snapshot, minRetained) {
  const named = snapshot.nodes({ name: 'system / Context', minRetained });
  const all = [...named].filter(
    (/** @type {any} */ node) => node.type === 'object' || node.type === 'hidden',
  );
  return all.sort((a, b) => b.retainedSize - a.retainedSize);
}

/**
 * The variables of a scope that it alone keeps.
 * @param {any} scope
 * @param {number} minRetained
 */
function variablesOf(scope, minRetained) {
  return [...scope.edges()].filter(
    ({ kind, name, to }) =>
      kind === 'context' &&
      name !== 'this' &&
      to.retainedSize >= minRetained &&
      to.dominator?.id === scope.id,
  );
}

/**
 * The functions that see a scope: those made in it and in the scopes inside of it, and those that stand still in it.
 * @param {any} scope
 * @returns {any[] | null} closures; null when somebody sees it who cannot be asked
 */
function readersOf(scope) {
  const readers = [];
  const inside = [scope];
  for (let at = 0; at < inside.length; at++) {
    for (const { kind, name, from } of inside[at].retainers()) {
      if (kind !== 'internal' || (name !== 'context' && name !== 'previous')) continue;
      if (name === 'previous') inside.push(from);
      else if (from.type === 'closure') readers.push(from);
      else {
        // A generator or an async function that waits.
        const running = [...from.edges()].find(
          (edge) => edge.kind === 'internal' && edge.name === 'function',
        );
        if (running?.to.type !== 'closure') return null;
        readers.push(running.to);
      }
      if (readers.length + inside.length > MOST_READERS) return null;
    }
  }
  return readers;
}

/**
 * @param {string} text
 * @param {string} name
 */
function mentions(text, name) {
  // What is handed to eval may read anything.
  const pattern = `(?<![\\p{ID_Continue}$])(?:${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}|eval)(?![\\p{ID_Continue}$])`;
  return new RegExp(pattern, 'u').test(text);
}

module.exports = { findCaptures };
