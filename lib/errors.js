// @ts-check
'use strict';

/**
 * The one error class of the package, and the two ways into it.
 *
 * Everything that goes wrong reaches the caller as a HeapAnalyzerError with a stable `code`, so that programs
 * can decide on the code and people can read the sentence. Errors of the engine arrive here without a useful
 * stack (they are made on another thread), and errors of the file system with wording of their own: both are
 * wrapped, with the original kept as `cause`.
 */
class HeapAnalyzerError extends Error {
  /**
   * @param {string} code one of the ERR_HEAP_… codes listed in index.d.ts
   * @param {string} message one sentence that a person understands without the code
   * @param {{ offset?: number, cause?: unknown, retryAfterMs?: number, preflight?: object }} [details]
   */
  constructor(code, message, details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    /** @type {string} */
    this.code = code;
    if (details.offset !== undefined) {
      /** @type {number | undefined} byte offset in the snapshot at which the trouble was seen */
      this.offset = details.offset;
    }
    if (details.retryAfterMs !== undefined) {
      /** @type {number | undefined} after which it is worth another try */
      this.retryAfterMs = details.retryAfterMs;
    }
    if (details.preflight !== undefined) {
      /** @type {object | undefined} the numbers of a capture that was refused */
      this.preflight = details.preflight;
    }
  }
}
// On the prototype and not enumerable, as for the built-in errors: printing an error must not list its name.
Object.defineProperty(HeapAnalyzerError.prototype, 'name', {
  value: 'HeapAnalyzerError',
  configurable: true,
  writable: true,
});

/**
 * Says what a value is, for "… but received …".
 * @param {unknown} value
 * @returns {string}
 */
function describe(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string')
    return `${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)} (a string)`;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return `${String(value)} (a ${typeof value})`;
  }
  if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`;
  if (typeof value === 'symbol') return 'a symbol';
  if (Array.isArray(value)) return 'an array';
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return name && name !== 'Object' ? `an instance of ${name}` : 'an object';
}

/**
 * The error for an argument that is not what it should be.
 * @param {string} name the argument or option as the caller wrote it
 * @param {string} expected
 * @param {unknown} received
 */
function badArgument(name, expected, received) {
  return new HeapAnalyzerError(
    'ERR_HEAP_USAGE',
    `expected ${expected} for \`${name}\` but received ${describe(received)}`,
  );
}

/**
 * Turns whatever the engine rejected or threw with into the class above.
 * @param {any} error
 */
function fromNative(error) {
  if (error instanceof HeapAnalyzerError) return error;
  const known = typeof error?.code === 'string' && error.code.startsWith('ERR_HEAP_');
  const message = error instanceof Error ? error.message : String(error);
  return new HeapAnalyzerError(known ? error.code : 'ERR_HEAP_INTERNAL', message, {
    offset: typeof error?.offset === 'number' ? error.offset : undefined,
    cause: error,
  });
}

const SYSTEM_CODES = new Map([
  ['ENOENT', 'ERR_HEAP_NOT_FOUND'],
  ['ENOTDIR', 'ERR_HEAP_NOT_FOUND'],
  ['EISDIR', 'ERR_HEAP_IS_DIRECTORY'],
  ['EEXIST', 'ERR_HEAP_EXISTS'],
  ['EACCES', 'ERR_HEAP_PERMISSION'],
  ['EPERM', 'ERR_HEAP_PERMISSION'],
  ['EROFS', 'ERR_HEAP_PERMISSION'],
]);

/**
 * Turns an error of `node:fs` into one sentence about what could not be done.
 * @param {any} error
 * @param {string} task what was tried, to be read after "cannot", e.g. "write the snapshot in /data"
 */
function fromSystem(error, task) {
  if (error instanceof HeapAnalyzerError) return error;
  const systemCode = typeof error?.code === 'string' ? error.code : '';
  // Node words these errors as "ENOSPC: no space left on device, write '/path'"; the middle is what we want.
  const words = /^[A-Z0-9]+: ([^,]+)/.exec(String(error?.message ?? error));
  const why = words ? `${words[1]} (${systemCode})` : String(error?.message ?? error);
  return new HeapAnalyzerError(SYSTEM_CODES.get(systemCode) ?? 'ERR_HEAP_IO', `cannot ${task}: ${why}`, {
    cause: error,
  });
}

module.exports = { HeapAnalyzerError, badArgument, describe, fromNative, fromSystem };
