// @ts-check
'use strict';

/**
 * Which process is meant, and the options that have a meaning for the way in which it is asked.
 */

const { HeapAnalyzerError, badArgument } = require('../../errors');
const { callback, flag, integer, text } = require('../../options');
const { directoryOptions, heapOptions } = require('../options');

/** @type {(value: any, name: string) => Record<string, string>} */
const headers = (value, name) => {
  const good = value !== null && typeof value === 'object' && !Array.isArray(value);
  if (good && Object.values(value).every((header) => typeof header === 'string')) return value;
  throw badArgument(name, 'an object of header lines', value);
};

const { force, signal, exposeNumericValues, exposeInternals, reason, compress, threadId } = heapOptions;
const known = {
  force,
  signal,
  exposeNumericValues,
  exposeInternals,
  reason,
  compress,
  threadId,
  directory: directoryOptions.directory,
  overwrite: flag,
  token: text,
  headers,
  timeoutMs: integer(1, 2 ** 31 - 1),
  allowRemote: flag,
  allowInspector: flag,
  onProgress: callback,
};

/** @typedef {ReturnType<typeof import('../../options').readOptions<typeof known>>} RemoteOptions */

/** What each kind of target has no use for: an option without an effect would be a false promise. */
const ONLY_FOR = /** @type {Record<string, string[]>} */ ({
  inspect: [
    'force',
    'exposeNumericValues',
    'exposeInternals',
    'threadId',
    'allowRemote',
    'reason',
    'onProgress',
  ],
  endpoint: ['token', 'headers', 'timeoutMs', 'onProgress'],
  pid: ['allowInspector', 'timeoutMs'],
});
const FOR_ALL = new Set(['signal', 'compress', 'directory', 'overwrite']);

/**
 * @param {unknown} target
 * @returns {{ kind: 'inspect' | 'endpoint' | 'pid', value: any }}
 */
function readTarget(target) {
  const entries = target !== null && typeof target === 'object' ? Object.entries(target) : [];
  const [[kind, value] = ['', undefined]] = entries;
  if (entries.length !== 1 || !Object.hasOwn(ONLY_FOR, kind)) {
    throw badArgument('target', 'one of { inspect }, { endpoint } and { pid }', target);
  }
  if (kind === 'pid') integer(1, 2 ** 31 - 1)(value, 'pid');
  return { kind: /** @type {any} */ (kind), value };
}

/**
 * @param {string} functionName
 * @param {string} kind
 * @param {RemoteOptions} options
 */
function refuseForeign(functionName, kind, options) {
  for (const name of Object.keys(options)) {
    if (FOR_ALL.has(name) || ONLY_FOR[kind].includes(name)) continue;
    const message = `${functionName}() has no use for the option \`${name}\` with { ${kind} }`;
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', message);
  }
}

module.exports = { known, readTarget, refuseForeign };
