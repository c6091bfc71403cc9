'use strict';

/**
 * Loading the engine: from the checkout, from the platform's package, and what is said where there is none.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { loadFrom } = require('../../lib/native');
const { platformName } = require('../../lib/platform');
const { version } = require('../../package.json');
const { root, run, runSource } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

const PLATFORM = platformName();
const FILE = `heap-analyzer.${PLATFORM}.node`;

/**
 * A folder as the package's is, without any binary.
 * @param {import('node:test').TestContext} t
 */
function emptyPackage(t) {
  const directory = path.join(temporaryDirectory(t), 'node_modules', 'heap-analyzer');
  fs.mkdirSync(directory, { recursive: true });
  return directory;
}

/**
 * The platform's package beside it, with something in the binary's place.
 * @param {string} directory
 * @param {string} main
 * @param {string} [source]
 */
function installPlatformPackage(directory, main, source) {
  const folder = path.join(directory, '..', `heap-analyzer-${PLATFORM}`);
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ main }));
  if (source === undefined) fs.copyFileSync(path.join(root, 'native', FILE), path.join(folder, main));
  else fs.writeFileSync(path.join(folder, main), source);
}

/** @param {() => unknown} action @returns {any} */
function errorOf(action) {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('what the checkout has built comes first', () => {
  assert.equal(loadFrom(root).version(), version);
});

test('the package of the platform is loaded where nothing was built', (t) => {
  const directory = emptyPackage(t);
  installPlatformPackage(directory, FILE);
  assert.equal(loadFrom(directory).version(), version);
});

test('what is in the checkout and does not load gives way to the package of the platform', (t) => {
  const directory = emptyPackage(t);
  fs.mkdirSync(path.join(directory, 'native'));
  fs.writeFileSync(path.join(directory, 'native', FILE), 'not a binary');
  installPlatformPackage(directory, FILE);
  assert.equal(loadFrom(directory).version(), version);
});

test('NAPI_RS_NATIVE_LIBRARY_PATH comes first, and one that is not ours is passed over', async (t) => {
  const directory = emptyPackage(t);
  const ask = `
    const { loadFrom } = require(root + '/lib/native');
    try { console.log(loadFrom(${JSON.stringify(directory)}).version()) }
    catch ({ code, message }) { console.log(code, message) }`;
  const given = (/** @type {string} */ file) =>
    runSource(ask, { env: { NAPI_RS_NATIVE_LIBRARY_PATH: file }, cwd: root });
  assert.equal((await given(path.join('native', FILE))).stdout, `${version}\n`);

  // Another program of the same process may have set it for an addon of its own.
  const foreign = path.join(directory, 'foreign.js');
  fs.writeFileSync(foreign, 'exports.compress = () => {};');
  const { stdout } = await given(foreign);
  assert.ok(
    stdout.startsWith(
      `ERR_HEAP_NO_ADDON the native part of heap-analyzer is missing for ${PLATFORM}: ${foreign} ` +
        '(NAPI_RS_NATIVE_LIBRARY_PATH) could not be loaded (it is the binary of another program), ' +
        `${path.join('native', FILE)} is not there, and the package heap-analyzer-${PLATFORM} is not installed; run `,
    ),
    stdout,
  );
  installPlatformPackage(directory, FILE);
  assert.equal((await given(foreign)).stdout, `${version}\n`);
  assert.equal((await given('nowhere.node')).stdout, `${version}\n`);
});

test('nothing there: which platform, what was tried, what to do', (t) => {
  const directory = emptyPackage(t);
  const error = errorOf(() => loadFrom(directory));
  assert.equal(error.code, 'ERR_HEAP_NO_ADDON');
  assert.equal(error.cause.code, 'MODULE_NOT_FOUND');
  assert.equal(
    error.message,
    `the native part of heap-analyzer is missing for ${PLATFORM}: ${path.join('native', FILE)} is not there, and ` +
      `the package heap-analyzer-${PLATFORM} is not installed; run \`npm install\` again on this machine, without ` +
      '--omit=optional and without a node_modules or lock file from another system, or add it by name: ' +
      `\`npm install heap-analyzer-${PLATFORM}@${version}\``,
  );
});

test('a platform for which nothing is published is told so', (t) => {
  const { message } = errorOf(() => loadFrom(emptyPackage(t), 'freebsd-x64'));
  assert.match(
    message,
    /missing for freebsd-x64: .*; there are binaries for linux-x64-gnu, .*; build it from source/,
  );
});

test('in a checkout the advice is to build', (t) => {
  const directory = emptyPackage(t);
  fs.writeFileSync(path.join(directory, 'Cargo.toml'), '');
  const { message } = errorOf(() => loadFrom(directory));
  assert.match(message, /; run `npm install` in the checkout with Rust installed \(https:\/\/rustup\.rs\)$/);
});

test('a binary that cannot be loaded: what the system said, in one line', (t) => {
  const directory = emptyPackage(t);
  installPlatformPackage(
    directory,
    'index.js',
    "throw new Error('libc.so.6: version `GLIBC_9` not found\\nmore')",
  );
  const { code, message } = errorOf(() => loadFrom(directory));
  assert.equal(code, 'ERR_HEAP_NO_ADDON');
  assert.ok(
    message.endsWith(
      `the package heap-analyzer-${PLATFORM} could not be loaded (libc.so.6: version \`GLIBC_9\` not found); run ` +
        `\`npm install heap-analyzer@${version}\` again, or see "When the binary is missing" in docs/install.md`,
    ),
    message,
  );
});

test('a binary of another version is refused', (t) => {
  const directory = emptyPackage(t);
  installPlatformPackage(directory, 'index.js', "exports.version = () => '0.0.1';");
  const { code, message } = errorOf(() => loadFrom(directory));
  assert.equal(code, 'ERR_HEAP_NO_ADDON');
  assert.ok(message.includes(`could not be loaded (it is of version 0.0.1, heap-analyzer of ${version})`));
});

/**
 * The package's own files in a folder of their own, without a binary.
 * @param {import('node:test').TestContext} t
 */
function packageWithoutBinary(t) {
  const copy = path.join(temporaryDirectory(t), 'package');
  for (const name of ['index.js', 'package.json', 'lib', 'cli'])
    fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'dir');
  return copy;
}

test('without a binary the package loads, and its functions say what is missing', async (t) => {
  const copy = packageWithoutBinary(t);
  const source = `
    const { analyze, compare, takeHeapSnapshot, version } = require(${JSON.stringify(copy)});
    const tell = ({ code, message }) => console.log(code, message);
    (async () => {
      console.log(version);
      await analyze('x').catch(tell);
      await compare('x', 'y').catch(tell);
      await takeHeapSnapshot(${JSON.stringify(path.join(copy, 'x'))}).catch(tell);
    })()`;
  const { stdout, stderr } = await runSource(source);
  assert.equal(stderr, '');
  const [told, ...errors] = stdout.trim().split('\n');
  assert.equal(told, version);
  assert.equal(errors.length, 3);
  for (const line of errors)
    assert.match(line, /^ERR_HEAP_NO_ADDON the native part .* is not installed; run/);
  assert.deepEqual(fs.readdirSync(copy).sort(), ['cli', 'index.js', 'lib', 'node_modules', 'package.json']);
});

test('without a binary the command says so and exits with 3; what needs none works', async (t) => {
  const copy = packageWithoutBinary(t);
  const file = path.join(copy, 'cli', 'heap-analyzer.js');
  const { code, stdout, stderr } = await run([file, 'analyze', path.join(copy, 'package.json')]);
  assert.equal(code, 3);
  assert.equal(stdout, '');
  assert.match(stderr, /^heap-analyzer: the native part of heap-analyzer is missing for .*\n$/);
  const json = await run([file, 'analyze', path.join(copy, 'package.json'), '--json']);
  assert.equal(json.code, 3);
  assert.equal(JSON.parse(json.stdout).error.code, 'ERR_HEAP_NO_ADDON');
  assert.equal((await run([file, '--version'])).stdout, `${version}\n`);
  assert.equal((await run([file, '--help'])).code, 0);
});
