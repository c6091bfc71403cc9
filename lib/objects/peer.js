// @ts-check
'use strict';

/**
 * The packages that write formats which most users never want: optional peers, found where a project has them.
 */

const { createRequire } = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { HeapAnalyzerError } = require('../errors');

/**
 * Of the user's project first, then beside us.
 * @param {string} format as a reader calls it
 * @param {string} name of the package that writes it
 * @returns {Promise<any>} what it exports, be it a module of one kind or the other
 * @throws `ERR_HEAP_UNSUPPORTED` where it is not installed, or does not load on this Node
 */
async function loadPeer(format, name) {
  const file = [path.join(process.cwd(), 'package.json'), __filename].map(resolver(name)).find(Boolean);
  if (file === undefined) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_UNSUPPORTED',
      `${format} is written by the package ${name}, which is not installed: npm install ${name}`,
    );
  }
  try {
    const loaded = await import(pathToFileURL(file).href);
    return loaded.default ?? loaded;
  } catch (cause) {
    const { message } = /** @type {Error} */ (cause);
    throw new HeapAnalyzerError(
      'ERR_HEAP_UNSUPPORTED',
      `${format} is written by the package ${name}, which does not load: ${message}`,
      { cause },
    );
  }
}

/** @param {string} name @returns {(place: string) => string | undefined} */
const resolver = (name) => (place) => {
  try {
    return createRequire(place).resolve(name);
  } catch {
    return undefined;
  }
};

module.exports = { loadPeer };
