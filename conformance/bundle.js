// @ts-check
// Chrome DevTools' heap snapshot worker as one module that Node can run: bundled from the sources on npm, with
// what belongs to a browser window left out. The worker's own code is untouched, except for the named mends in
// mends.js, which are switched off unless a run asks for them.
'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const { patchesFor } = require('./mends');

const FRONT_END = path.join(__dirname, 'node_modules', 'chrome-devtools-frontend', 'front_end');
const OUTPUT = path.join(__dirname, 'node_modules', '.cache', 'oracle');

/** Modules replaced whole: translation, and the window's parts that the barrels pull in. @type {Record<string, string>} */
const STUBS = {
  'core/i18n/i18n.ts': `export const i18n = { serializeUIString: (text, values) => JSON.stringify({ text, values }) };`,
  'core/common/common.ts': `export const ObjectWrapper = { ObjectWrapper: class {} };`,
  'core/platform/HostRuntime.ts': `export const IS_NODE = true; export const IS_BROWSER = false; export const HOST_RUNTIME = {};`,
  'core/text_utils/text_utils.ts': `export * as TextUtils from './TextUtils.js';`,
  'core/text_utils/ContentData.ts': `export class ContentData {}`,
  'core/text_utils/ContentProvider.ts': `export class SearchMatch {}`,
  'models/heap_snapshot/heap_snapshot.ts': `export * as HeapSnapshotModel from './HeapSnapshotModel.js';`,
};

const ENTRY = `
export { HeapSnapshotLoader } from './entrypoints/heap_snapshot_worker/HeapSnapshotLoader.js';
export { JSHeapSnapshot, SecondaryInitManager } from './entrypoints/heap_snapshot_worker/HeapSnapshot.js';
`;

/** Each module instance carries the mends in its own address, so that several can be loaded side by side. */
const SWITCH = `export const mends = new Set(new URL(import.meta.url).searchParams.getAll('mend'));`;

// Node 20 has no Promise.withResolvers yet.
const BANNER = `Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
};`;

/** @returns {string} what results of the oracle depend on besides the snapshot */
function oracleVersion() {
  const manifest = fs.readFileSync(path.join(FRONT_END, '..', 'package.json'), 'utf8');
  const hash = createHash('sha256').update(JSON.parse(manifest).version);
  for (const file of ['bundle.js', 'mends.js', 'oracle.js', 'oracle-results.js']) {
    hash.update(fs.readFileSync(path.join(__dirname, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

/** @returns {import('esbuild').Plugin} */
function devtools() {
  return {
    name: 'devtools',
    setup(build) {
      // The sources import each other as .js although they are .ts.
      build.onResolve({ filter: /^\..*\.js$/ }, ({ path: request, resolveDir }) => ({
        path: path.join(resolveDir, request.replace(/\.js$/, '.ts')),
      }));
      build.onResolve({ filter: /^conformance:mends$/ }, ({ path: name }) => ({
        path: name,
        namespace: 'mends',
      }));
      build.onLoad({ filter: /.*/, namespace: 'mends' }, () => ({ contents: SWITCH }));
      build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        const name = path.relative(FRONT_END, file).split(path.sep).join('/');
        let contents = STUBS[name];
        if (contents === undefined) {
          contents = fs.readFileSync(file, 'utf8');
          const patches = patchesFor(name);
          for (const patch of patches) contents = replaceOnce(contents, patch.find, patch.replace, name);
          if (patches.length) contents = `import { mends } from 'conformance:mends';\n${contents}`;
        }
        return { contents, loader: 'ts' };
      });
    },
  };
}

/**
 * A patch that finds nothing, or too much, must stop everything: the oracle would no longer be what it says.
 * @param {string} text
 * @param {string} find
 * @param {string} replacement
 * @param {string} name
 */
function replaceOnce(text, find, replacement, name) {
  const parts = text.split(find);
  if (parts.length !== 2)
    throw new Error(`${name}: found ${parts.length - 1} times, expected once:\n${find}`);
  return parts.join(replacement);
}

/** @returns {Promise<string>} path of the bundle, built when it is not there */
async function bundle() {
  const file = path.join(OUTPUT, `devtools-${oracleVersion()}.mjs`);
  if (fs.existsSync(file)) return file;
  const esbuild = require('esbuild');
  const draft = `${file}.${process.pid}`;
  await esbuild.build({
    stdin: { contents: ENTRY, resolveDir: FRONT_END, loader: 'ts' },
    outfile: draft,
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: { js: BANNER },
    plugins: [devtools()],
    // Fields declared without a value must not wipe out what the parent's constructor stored.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, target: 'es2022' } },
  });
  fs.renameSync(draft, file);
  return file;
}

/**
 * @param {string[]} [mends] names of exceptions whose mend is switched on
 * @returns {Promise<string>} what to import
 */
async function bundleUrl(mends = []) {
  const url = pathToFileURL(await bundle());
  for (const mend of [...mends].sort()) url.searchParams.append('mend', mend);
  return url.href;
}

module.exports = { bundleUrl, oracleVersion };
