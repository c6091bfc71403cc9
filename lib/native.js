// @ts-check
'use strict';

/**
 * Loads the engine, late, from where it is, and with words of our own.
 *
 * Late, because `require('heap-analyzer')` must not take an app down on a platform without a binary: only a
 * call that needs the engine may fail. With words of our own, because a loader that the napi tools generate blames a
 * bug of npm for everything, while nearly always the addon was not built, was not installed, or does not exist for the
 * platform.
 */

const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { version } = require('../package.json');
const { HeapAnalyzerError } = require('./errors');
const { PUBLISHED, platformName } = require('./platform');

/**
 * @typedef {string | Buffer | 0} Input a file, the bytes themselves, or standard input
 * @typedef {{ cancel(): void }} CancelFlag
 * @typedef {{ write(flag: CancelFlag): Promise<string> }} IndexKeeper
 * @typedef {Uint8Array | Uint32Array | Int32Array | Float64Array} Column
 * @typedef {object} Heap a snapshot that stays open; what throws, throws with a `code`
 * @property {() => void} close
 * @property {() => string} info
 * @property {(name: string) => any} column a Column, of the kind that its name stands for
 * @property {(column: number, index: number) => number} figure
 * @property {(filter: string, first: number, end: number) => Uint32Array} select
 * @property {(ordinal: number) => string | null} heldBy
 * @property {() => string} classList
 * @property {(id: number) => string} text
 * @property {(ordinal: number) => string} name
 * @property {(id: number) => number | null} find
 * @property {(id: number) => string} missing
 * @property {(ordinal: number) => Uint32Array} dominated
 * @property {(ordinal: number) => Uint32Array} subtree
 * @property {(ordinal: number) => string | null} place
 * @property {(ordinal: number, limit: number) => string | null} value
 * @property {(ordinal: number) => number} domState
 * @property {(flag: CancelFlag, progress?: ProgressSink | null) => Promise<string>} prepare
 * @property {(question: string, other: Heap | null, nodes: Uint32Array | null, flag: CancelFlag, progress?: ProgressSink | null) => Promise<string>} ask
 * @typedef {(progress: { phase: string, fraction: number }) => void} ProgressSink
 * @typedef {object} Native
 * @property {new () => CancelFlag} CancelFlag
 * @property {new () => IndexKeeper} IndexKeeper
 * @property {(input: Input, options: object, flag: CancelFlag, progress?: ProgressSink | null, keeper?: IndexKeeper) => Promise<string>} analyze
 * @property {(base: Input, target: Input, options: object, flag: CancelFlag, progress?: ProgressSink | null, keeper?: IndexKeeper) => Promise<string>} compare
 * @property {(input: Input, id: number, options: object, flag: CancelFlag, progress?: ProgressSink | null, keeper?: IndexKeeper) => Promise<string>} inspectObject
 * @property {(inputs: Array<Input>, options: object, flag: CancelFlag, progress?: ProgressSink | null, keeper?: IndexKeeper) => Promise<string>} findLeaks
 * @property {(input: Input, options: object, flag: CancelFlag, progress?: ProgressSink | null, keeper?: IndexKeeper) => Promise<Heap>} openHeap
 * @property {(path: string, flag: CancelFlag) => Promise<string>} check
 * @property {(input: Input, output: string, redaction: object, flag: CancelFlag, progress?: ProgressSink | null) => Promise<string>} redact
 * @property {(from: string, to: string, format: string, flag: CancelFlag) => Promise<string>} pack
 * @property {() => string} version
 */

const packageDirectory = path.join(__dirname, '..');

/** @type {Native | undefined} */
let loaded;

/** @typedef {{ name: string, path: string, inPackage: boolean }} Place where a binary may be */
/** @typedef {Place & { error: any, missing: boolean }} Failure */

/**
 * Where the binary may be, in the order in which it is looked for. A checkout has built its own; everybody else has the
 * package of the platform, which npm chose when it installed ours. The variable comes first, but is that of all packages
 * made with the napi tools: what it names may be another one's, so a binary that is not ours is passed over.
 * @param {string} platform
 * @param {string} directory
 * @returns {Place[]}
 */
function places(platform, directory) {
  const named = process.env.NAPI_RS_NATIVE_LIBRARY_PATH;
  const file = path.join('native', `heap-analyzer.${platform}.node`);
  const name = `heap-analyzer-${platform}`;
  return [
    ...(named
      ? [{ name: `${named} (NAPI_RS_NATIVE_LIBRARY_PATH)`, path: path.resolve(named), inPackage: false }]
      : []),
    { name: file, path: path.join(directory, file), inPackage: false },
    { name: `the package ${name}`, path: name, inPackage: true },
  ];
}

/**
 * The engine, loaded at the first call.
 * @returns {Native}
 */
function loadNative() {
  return (loaded ??= loadFrom(packageDirectory));
}

/**
 * @param {string} directory of the package; only tests give another one than ours
 * @param {string} [platform] likewise
 * @returns {Native}
 */
function loadFrom(directory, platform = platformName()) {
  /** @type {Failure[]} */
  const failures = [];
  const from = createRequire(path.join(directory, 'package.json'));
  for (const place of places(platform, directory)) {
    try {
      return checked(from(place.path));
    } catch (failure) {
      /** @type {any} */
      const error = failure;
      failures.push({ ...place, error, missing: error?.code === 'MODULE_NOT_FOUND' });
    }
  }
  throw noAddon(platform, directory, failures);
}

/**
 * A checkout that was updated but not built again would otherwise fail later, and in odd ways.
 * @param {Native} native
 */
function checked(native) {
  if (typeof native.version !== 'function') throw new Error('it is the binary of another program');
  const built = native.version();
  if (built !== version) throw new Error(`it is of version ${built}, heap-analyzer of ${version}`);
  return native;
}

/**
 * @param {string} platform
 * @param {string} directory
 * @param {Failure[]} failures
 */
function noAddon(platform, directory, failures) {
  const tried = failures.map(({ name, inPackage, missing, error }) => {
    if (missing) return `${name} is not ${inPackage ? 'installed' : 'there'}`;
    return `${name} could not be loaded (${String(error?.message ?? error).split('\n', 1)[0]})`;
  });
  const last = tried.pop();
  return new HeapAnalyzerError(
    'ERR_HEAP_NO_ADDON',
    `the native part of heap-analyzer is missing for ${platform}: ${tried.join(', ')}, and ${last}; ` +
      advice(platform, directory, failures),
    { cause: failures[failures.length - 1].error },
  );
}

/**
 * What to do about it, to be read after a semicolon.
 * @param {string} platform
 * @param {string} directory
 * @param {Failure[]} failures
 */
function advice(platform, directory, failures) {
  // The sources are in a checkout and not in the published package: that tells which advice is of use.
  if (fs.existsSync(path.join(directory, 'Cargo.toml')))
    return 'run `npm install` in the checkout with Rust installed (https://rustup.rs)';
  if (!PUBLISHED.includes(platform))
    return `there are binaries for ${PUBLISHED.join(', ')}; build it from source for others (docs/install.md)`;
  if (failures[failures.length - 1].missing)
    return (
      'run `npm install` again on this machine, without --omit=optional and without a node_modules or lock file ' +
      `from another system, or add it by name: \`npm install heap-analyzer-${platform}@${version}\``
    );
  return `run \`npm install heap-analyzer@${version}\` again, or see "When the binary is missing" in docs/install.md`;
}

module.exports = { loadFrom, loadNative };
