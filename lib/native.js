// @ts-check
'use strict';

/**
 * Loads the engine, late and with words of our own.
 *
 * Late, because `require('heap-analyzer')` must not take an app down on a platform without a binary: only a
 * call that needs the engine may fail. Words of our own, because the generated loader blames a bug of npm for
 * everything, while nearly always the addon was simply not built or does not exist for the platform.
 */

const fs = require('node:fs');
const path = require('node:path');
const { version } = require('../package.json');
const { HeapAnalyzerError } = require('./errors');

/**
 * @typedef {string | Buffer | 0} Input a file, the bytes themselves, or standard input
 * @typedef {{ cancel(): void }} CancelFlag
 * @typedef {{ write(flag: CancelFlag): Promise<string> }} IndexKeeper
 * @typedef {(progress: { phase: string, fraction: number }) => void} ProgressSink
 * @typedef {object} Native
 * @property {new () => CancelFlag} CancelFlag
 * @property {new () => IndexKeeper} IndexKeeper
 * @property {(input: Input, options: object, flag: CancelFlag, progress?: ProgressSink | null, keeper?: IndexKeeper) => Promise<string>} analyze
 * @property {(base: Input, target: Input, options: object, flag: CancelFlag, progress?: ProgressSink | null, keeper?: IndexKeeper) => Promise<string>} compare
 * @property {(input: Input, id: number, options: object, flag: CancelFlag, progress?: ProgressSink | null, keeper?: IndexKeeper) => Promise<string>} inspectObject
 * @property {(inputs: Array<Input>, options: object, flag: CancelFlag, progress?: ProgressSink | null, keeper?: IndexKeeper) => Promise<string>} findLeaks
 * @property {(path: string, flag: CancelFlag) => Promise<string>} check
 * @property {(input: Input, output: string, redaction: object, flag: CancelFlag, progress?: ProgressSink | null) => Promise<string>} redact
 * @property {(from: string, to: string, format: string, flag: CancelFlag) => Promise<string>} pack
 * @property {() => string} version
 */

const packageDirectory = path.join(__dirname, '..');

/** Platforms whose binary the published package carries. */
const PUBLISHED = ['linux-x64-gnu'];

/** @type {Native | undefined} */
let loaded;

/**
 * The platform as the binaries are named after it, e.g. `linux-x64-gnu`.
 * @returns {string}
 */
function platformName() {
  const name = `${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return name;
  /** @type {any} */
  const report = process.report?.getReport();
  return `${name}-${report?.header?.glibcVersionRuntime ? 'gnu' : 'musl'}`;
}

/**
 * @param {string} file
 * @param {unknown} cause
 */
function noAddon(file, cause) {
  const platform = platformName();
  const missing = !fs.existsSync(file);
  const tried = missing
    ? `${path.relative(packageDirectory, file)} is not there`
    : `${path.relative(packageDirectory, file)} could not be loaded (${firstLine(cause)})`;
  // The sources are in a checkout and not in the published package: that tells which advice is of use.
  const inCheckout = fs.existsSync(path.join(packageDirectory, 'Cargo.toml'));
  const advice = inCheckout
    ? 'run `npm install` in the checkout with Rust installed (https://rustup.rs)'
    : PUBLISHED.includes(platform)
      ? 'reinstall heap-analyzer'
      : `the package carries a binary for ${PUBLISHED.join(', ')} only`;
  return new HeapAnalyzerError(
    'ERR_HEAP_NO_ADDON',
    `the native part of heap-analyzer is missing for ${platform}: ${tried}; ${advice}`,
    { cause },
  );
}

/** @param {any} error */
function firstLine(error) {
  // The generated loader chains the error of each file it tried; the last link is what the system said.
  let deepest = error;
  for (let i = 0; i < 20 && deepest?.cause instanceof Error; i++) deepest = deepest.cause;
  return String(deepest?.message ?? deepest).split('\n', 1)[0];
}

/**
 * The engine, loaded at the first call.
 * @param {string} [file] only tests give another one
 * @returns {Native}
 */
function loadNative(file) {
  if (file === undefined)
    return (loaded ??= checked(direct, path.join(packageDirectory, 'native', 'binding.js')));
  return checked(require, file);
}

/**
 * The addon beside the loader, where nearly everybody has it. The loader finds it too, but looks first at what kind of
 * Linux this is, and that takes longer than loading the addon.
 * @param {string} file the loader, which is asked where this is not so, and says what is wrong
 * @returns {Native}
 */
function direct(file) {
  if (process.platform !== 'linux' || process.env.NAPI_RS_NATIVE_LIBRARY_PATH) return require(file);
  try {
    return require(path.join(path.dirname(file), `heap-analyzer.linux-${process.arch}-gnu.node`));
  } catch {
    return require(file);
  }
}

/**
 * @param {(file: string) => Native} load
 * @param {string} file
 * @returns {Native}
 */
function checked(load, file) {
  let native;
  try {
    native = load(file);
  } catch (error) {
    throw noAddon(file, error);
  }
  // A checkout that was updated but not built again would otherwise fail later, and in odd ways.
  const built = native.version();
  if (built !== version)
    throw noAddon(file, new Error(`it is of version ${built}, the package of ${version}`));
  return native;
}

module.exports = { loadNative, platformName };
