// @ts-check
'use strict';

/**
 * redactSnapshot: a copy of a snapshot that may go where the heap itself must not. Documented for users in index.d.ts.
 *
 * The engine writes it as a stream into a private directory beside its place; it gets its name when it is whole.
 */

const { randomBytes } = require('node:crypto');
const path = require('node:path');
const { refuseTakenNames } = require('./capture/finish');
const { packingOf } = require('./capture/names');
const {
  PACKED_NAME,
  makePrivateDirectory,
  removePrivateDirectory,
  sweepLeftovers,
} = require('./capture/private-directory');
const { publish } = require('./capture/publish');
const { runTask } = require('./engine');
const { badArgument } = require('./errors');
const { abortSignal, callback, flag, oneOf, readInput, readOptions, readPath } = require('./options');

/**
 * Copies of one process agree in their pseudonyms, so that they can be compared; those of another differ. Who has
 * this can try which text a pseudonym stands for, so it stays in memory.
 * @type {Buffer | undefined}
 */
let ownSecret;

const secretOption = (/** @type {unknown} */ value, /** @type {string} */ name) => {
  const bytes = typeof value === 'string' || value instanceof Uint8Array ? Buffer.from(value) : null;
  if (bytes && bytes.length >= 16) return bytes;
  throw badArgument(name, 'a string or bytes, 16 or more', bytes ? 'shorter ones' : value);
};

const packing = (/** @type {unknown} */ value, /** @type {string} */ name) =>
  value === false ? false : oneOf('gzip', 'zstd')(value, name);

/** @param {unknown} given */
const readRedactOptions = (given) =>
  readOptions('redactSnapshot', given, {
    propertyKeys: flag,
    secret: secretOption,
    compress: packing,
    overwrite: flag,
    signal: abortSignal,
    onProgress: callback,
  });

/**
 * @param {unknown} input
 * @param {unknown} output
 * @param {unknown} [options]
 * @returns {Promise<any>}
 */
async function redactSnapshot(input, output, options) {
  const read = readRedactOptions(options);
  return redactInput(readInput(input, 'input'), output, read);
}

/**
 * @param {import('./native').Input} source
 * @param {unknown} output
 * @param {ReturnType<typeof readRedactOptions>} read
 * @returns {Promise<any>}
 */
async function redactInput(source, output, read) {
  const target = path.resolve(readPath(output, 'output'));
  const { overwrite = false, compress = packingOf(target) } = read;
  read.signal?.throwIfAborted();
  await refuseTakenNames(target, overwrite);
  const directory = path.dirname(target);
  await sweepLeftovers(directory);
  const place = await makePrivateDirectory(directory);
  try {
    const copy = path.join(place, PACKED_NAME);
    const written = await writeRedacted(source, copy, { ...read, compress });
    await publish(copy, target, { overwrite });
    return { path: target, ...written, ...(compress ? { compression: compress } : {}) };
  } finally {
    await removePrivateDirectory(place);
  }
}

/**
 * The copy itself, into a file that does not exist yet, in a place that only we know.
 * @param {import('./native').Input} source
 * @param {string} file
 * @param {object} options
 * @param {boolean} [options.propertyKeys]
 * @param {Buffer} [options.secret]
 * @param {'gzip' | 'zstd' | false} [options.compress]
 * @param {AbortSignal} [options.signal]
 * @param {(progress: any) => unknown} [options.onProgress]
 * @returns {Promise<{ sizeBytes: number, sha256: string, nodeCount: number, edgeCount: number, replacedCount: number }>}
 */
function writeRedacted(source, file, { propertyKeys = false, secret, compress, signal, onProgress }) {
  ownSecret ??= randomBytes(32);
  const redaction = { propertyKeys, secret: secret ?? ownSecret, packing: compress || undefined };
  return runTask((native, cancel, progress) => native.redact(source, file, redaction, cancel, progress), {
    signal,
    onProgress,
  });
}

module.exports = { redactInput, redactSnapshot, writeRedacted };
