// @ts-check
'use strict';

/**
 * The options of the endpoint, read when it is mounted: a mistake in who may ask must stop the app's start, and not
 * wait for the first stranger.
 */

const path = require('node:path');
const { directoryOptions } = require('../capture/options');
const { HeapAnalyzerError, badArgument } = require('../errors');
const { callback, flag, integer, oneOf, readOptions } = require('../options');

const LEAST_TOKEN = 32;

/** @type {(value: unknown, name: string) => string[]} */
const tokens = (value, name) => {
  const list = Array.isArray(value) ? value : [value];
  // Said without the token itself: errors end in logs.
  const good = list.every((token) => typeof token === 'string' && /^[\x21-\x7e]*$/.test(token));
  const long = good && list.every((token) => token.length >= LEAST_TOKEN);
  if (list.length > 0 && long) return list;
  const what = value === undefined ? 'nothing' : good ? 'a shorter one' : 'something else';
  throw new HeapAnalyzerError(
    'ERR_HEAP_USAGE',
    `expected ${LEAST_TOKEN} or more printable characters without spaces for \`${name}\` but received ${what}; ` +
      'for example the output of `openssl rand -hex 32`',
  );
};

/** @type {(value: unknown, name: string) => { propertyKeys: boolean } | false} */
const redaction = (value, name) => {
  if (typeof value === 'boolean') return value ? { propertyKeys: false } : false;
  if (value !== null && typeof value === 'object') {
    const { propertyKeys = false } = readOptions(name, value, { propertyKeys: flag });
    return { propertyKeys };
  }
  throw badArgument(name, 'true, false or { propertyKeys }', value);
};

/** @type {(value: unknown, name: string) => string} */
const mountPath = (value, name) => {
  if (typeof value === 'string' && /^(\/[\w.~-]+)+\/?$/.test(value)) return value.replace(/\/$/, '');
  throw badArgument(name, 'a path such as "/debug/heap-snapshot"', value);
};

const { directory, maxFiles, maxBytes, onSnapshot } = directoryOptions;

const known = {
  token: tokens,
  authorize: callback,
  loopback: flag,
  mount: mountPath,
  redact: redaction,
  directory,
  maxFiles,
  maxBytes,
  onSnapshot,
  coolDownMs: integer(0, Number.MAX_SAFE_INTEGER),
  compress: (/** @type {unknown} */ value, /** @type {string} */ name) =>
    value === false ? /** @type {const} */ (false) : oneOf('gzip', 'zstd')(value, name),
  exposeNumericValues: flag,
  way: oneOf('direct', 'inspector'),
  threads: integer(1, 256),
};

/** @typedef {ReturnType<typeof readServeOptions>} ServeOptions */

/**
 * @param {string} functionName
 * @param {unknown} given
 */
function readServeOptions(functionName, given) {
  const asked = /** @type {any} */ (given);
  // `token: process.env.HEAP_ANALYZER_TOKEN` with a variable that is not set must not read as "no token wanted".
  if (asked && typeof asked === 'object' && 'token' in asked && asked.token === undefined) {
    tokens(undefined, 'token');
  }
  const read = readOptions(functionName, given, known);
  const { token, authorize, loopback = false } = read;
  if (!token && !authorize && !loopback) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `${functionName}() needs to know who may ask, for a heap holds every secret of the app: give it a \`token\`, ` +
        'a function `authorize`, or `loopback: true` while developing',
    );
  }
  if (loopback && !token && !authorize && process.env.NODE_ENV === 'production') {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      '`loopback: true` alone is for development: behind a proxy every request comes from this host. ' +
        'With NODE_ENV=production give a `token` or `authorize` too',
    );
  }
  if (read.exposeNumericValues && Number.parseInt(process.versions.node, 10) < 20) {
    const what = `the option \`exposeNumericValues\` needs Node.js 20 or later, and this is ${process.version}`;
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', what);
  }
  const place = path.resolve(read.directory ?? process.env.HEAP_SNAPSHOT_DIR ?? '.');
  return { ...read, loopback, directory: place };
}

module.exports = { readServeOptions, redaction };
