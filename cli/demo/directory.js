// @ts-check
'use strict';

/**
 * Where the demo's snapshots lie: in the directory that was asked for, or in a temporary one that goes with it.
 */

const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { fromSystem } = require('../../lib/errors');

/**
 * @param {string} [wanted]
 * @returns {Promise<{ path: string, close(): Promise<void> }>}
 */
async function openInto(wanted) {
  if (wanted !== undefined) {
    try {
      await fs.mkdir(wanted, { recursive: true });
    } catch (error) {
      throw fromSystem(error, `make the directory ${wanted}`);
    }
    return { path: path.resolve(wanted), async close() {} };
  }
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'heap-analyzer-demo-'));
  return { path: directory, close: () => fs.rm(directory, { recursive: true, force: true }) };
}

module.exports = { openInto };
