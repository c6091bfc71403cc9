// @ts-check
'use strict';

/**
 * Writes a file anew: under its name there is the old one or the whole new one, never half of it.
 */

const { randomBytes } = require('node:crypto');
const fs = require('node:fs/promises');
const path = require('node:path');
const { fromSystem } = require('../errors');

/**
 * @param {string} file
 * @param {string} text
 * @param {number} [mode] before the umask. What is of a heap is for its owner's eyes.
 */
async function replaceFile(file, text, mode = 0o600) {
  const name = `.${path.basename(file)}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const beside = path.join(path.dirname(file), name);
  try {
    await fs.writeFile(beside, text, { flag: 'wx', mode });
    await fs.rename(beside, file);
  } catch (error) {
    await fs.rm(beside, { force: true }).catch(() => {});
    throw fromSystem(error, `write ${file}`);
  }
}

module.exports = { replaceFile };
