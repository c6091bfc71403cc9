// @ts-check
'use strict';

/**
 * Which version of a package a file is of, where its package.json can be read. A snapshot knows only paths.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const LARGEST_MANIFEST = 1024 * 1024;
/** A version as it may stand in a sentence. */
const VERSION = /^\d[\w.+-]{0,60}$/;

/**
 * @param {string} file an absolute path or a file: URL
 * @param {string} name of the package, without a version
 * @returns {Promise<string | null>} `express@4.18.2`; null when the version cannot be read
 */
async function packageVersion(file, name) {
  const folder = packageFolder(file, name);
  if (folder === null) return null;
  try {
    const manifest = path.join(folder.startsWith('file:') ? fileURLToPath(folder) : folder, 'package.json');
    if (!path.isAbsolute(manifest)) return null;
    const stat = await fs.stat(manifest);
    if (!stat.isFile() || stat.size > LARGEST_MANIFEST) return null;
    const { version } = JSON.parse(await fs.readFile(manifest, 'utf8'));
    return typeof version === 'string' && VERSION.test(version) ? `${name}@${version}` : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} file
 * @param {string} name
 * @returns {string | null} the package's folder as it is written in the file's name, with its last slash
 */
function packageFolder(file, name) {
  const inside = `/node_modules/${name}/`;
  const at = file.lastIndexOf(inside);
  return at === -1 ? null : file.slice(0, at + inside.length);
}

module.exports = { packageVersion, packageFolder };
