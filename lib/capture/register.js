// @ts-check
'use strict';

/**
 * What `heap-analyzer/register` does before the app begins: takes snapshots on a signal, and clears up after earlier
 * runs. It is loaded into programs that were not written for it, so whatever goes wrong here is a warning: no app
 * may fail to start because of it.
 */

const path = require('node:path');
const { isMainThread } = require('node:worker_threads');
const { HeapAnalyzerError } = require('../errors');
const { parseSize } = require('../sizes');
const { adoptNodeSnapshots } = require('./adopt');
const { nodeOption } = require('./node-options');
const { sweepLeftovers } = require('./private-directory');
const { onSignal } = require('./signal');

/** @param {string} message */
const warn = (message) => process.emitWarning(`heap-analyzer/register: ${message}`, 'HeapAnalyzerWarning');

/**
 * @param {string} name
 * @param {string} value
 * @param {string} expected
 */
const notUnderstood = (name, value, expected) =>
  new HeapAnalyzerError('ERR_HEAP_USAGE', `${name} is ${JSON.stringify(value)}, and takes ${expected}`);

/** @type {(value: string, name: string) => boolean} */
const onOff = (value, name) => {
  if (/^(?:1|on|true|yes)$/i.test(value)) return true;
  if (/^(?:0|off|false|no)$/i.test(value)) return false;
  throw notUnderstood(name, value, 'on or off');
};

/** @type {(value: string, name: string) => number} */
const count = (value, name) => {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw notUnderstood(name, value, 'a whole number from 1');
};

/** @type {(value: string, name: string) => number} */
const seconds = (value, name) => {
  if (/^\d{1,9}(?:\.\d+)?$/.test(value)) return Math.round(Number(value) * 1000);
  throw notUnderstood(name, value, 'a number of seconds');
};

/** @type {(value: string, name: string) => number} */
const size = (value, name) => {
  const bytes = parseSize(value);
  if (bytes) return bytes;
  throw notUnderstood(name, value, 'a size such as 500MB or 2GB');
};

/** @type {(value: string, name: string) => 'gzip' | 'zstd' | false} */
const packing = (value, name) => {
  if (value === 'gzip' || value === 'zstd') return value;
  if (/^(?:0|off|false|no)$/i.test(value)) return false;
  throw notUnderstood(name, value, 'gzip, zstd or off');
};

/** What is asked for only when there is something to tell: the module may load half the app. */
const receiver = (/** @type {string} */ value) => (/** @type {string} */ file, /** @type {any} */ answer) => {
  const loaded = require(path.resolve(value));
  const tell = typeof loaded === 'function' ? loaded : (loaded.default ?? loaded.onSnapshot);
  return tell(file, answer);
};

/** @type {Record<string, { option: string, read: (value: string, name: string) => unknown }>} */
const VARIABLES = {
  HEAP_ANALYZER_COMPRESS: { option: 'compress', read: packing },
  HEAP_ANALYZER_MAX_FILES: { option: 'maxFiles', read: count },
  HEAP_ANALYZER_MAX_BYTES: { option: 'maxBytes', read: size },
  HEAP_ANALYZER_COOL_DOWN: { option: 'coolDownMs', read: seconds },
  HEAP_ANALYZER_NUMERIC_VALUES: { option: 'exposeNumericValues', read: onOff },
  HEAP_ANALYZER_FORCE: { option: 'force', read: onOff },
  HEAP_ANALYZER_QUIET: { option: 'quiet', read: onOff },
  HEAP_ANALYZER_ON_SNAPSHOT: { option: 'onSnapshot', read: receiver },
};

/** Read by watchMemory, which knows such texts. */
const asWritten = (/** @type {string} */ value) => value;

/** @type {typeof VARIABLES} */
const WATCH_VARIABLES = {
  HEAP_ANALYZER_HEAP_USED_ABOVE: { option: 'heapUsedAbove', read: size },
  HEAP_ANALYZER_RSS_ABOVE: { option: 'rssAbove', read: size },
  HEAP_ANALYZER_GROWTH_ABOVE: { option: 'growthAbove', read: asWritten },
  HEAP_ANALYZER_EVERY: { option: 'every', read: asWritten },
};

const NEAR_LIMIT = 'HEAP_ANALYZER_NEAR_HEAP_LIMIT';

/** @param {NodeJS.ProcessEnv} env */
function register(env) {
  // Workers load preloaded modules as well, and signals come to the main thread only.
  if (!isMainThread) return;
  const options = readVariables(env, VARIABLES);
  attempt(() => {
    const signal = env.HEAP_ANALYZER_SIGNAL || (process.platform === 'win32' ? 'off' : 'SIGUSR2');
    if (signal !== 'off') onSignal(signal, options);
  });
  attempt(() => watch(env, options));
  clearUp(env, options).catch((error) => warn(error.message));
}

/** @param {() => void} task */
function attempt(task) {
  try {
    task();
  } catch (error) {
    warn(/** @type {Error} */ (error).message);
  }
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {Record<string, any>} options of captures
 */
function watch(env, { quiet, coolDownMs, ...snapshot }) {
  const limits = readVariables(env, WATCH_VARIABLES);
  const { watchMemory, snapshotNearHeapLimit } = require('../watch');
  // How often says nothing about what for.
  if (Object.keys(limits).some((name) => name !== 'every')) {
    const coolDown = coolDownMs === undefined ? {} : { coolDown: coolDownMs };
    watchMemory({
      ...limits,
      ...coolDown,
      snapshot,
      onAlert: (/** @type {{ message: string }} */ { message }) => {
        if (!quiet) process.stderr.write(`heap-analyzer: ${message}\n`);
      },
    });
  }
  const nearLimit = env[NEAR_LIMIT];
  if (nearLimit) {
    snapshotNearHeapLimit({ count: count(nearLimit, NEAR_LIMIT) }).catch((error) => warn(error.message));
  }
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {typeof VARIABLES} variables
 */
function readVariables(env, variables) {
  /** @type {Record<string, any>} */
  const options = {};
  for (const [name, { option, read }] of Object.entries(variables)) {
    const value = env[name];
    if (!value) continue;
    try {
      options[option] = read(value, name);
    } catch (error) {
      warn(/** @type {Error} */ (error).message);
    }
  }
  return options;
}

/**
 * Half files of killed runs go; what Node wrote by itself is adopted, where it was told to write something.
 * @param {NodeJS.ProcessEnv} env
 * @param {Record<string, any>} options
 */
async function clearUp(env, { compress, maxFiles, maxBytes, onSnapshot }) {
  await sweepLeftovers(path.resolve(env.HEAP_SNAPSHOT_DIR || '.'));
  const nearLimit = env[NEAR_LIMIT] || nodeOption('--heapsnapshot-near-heap-limit');
  if (!nearLimit && nodeOption('--heapsnapshot-signal') === undefined) return;
  const reason = nearLimit ? 'near-heap-limit' : 'node';
  const { broken } = await adoptNodeSnapshots({ compress, maxFiles, maxBytes, onSnapshot, reason });
  if (broken.length > 0) warn(`not whole, and left where they are: ${broken.join(', ')}`);
}

module.exports = { register };
