// @ts-check
'use strict';

/**
 * A directory per test that is gone afterwards, whatever the test left in it.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/**
 * @param {{ after(fn: () => void): void }} t the test, or node:test itself for a whole file
 * @returns {string}
 */
function temporaryDirectory(t) {
  // realpath: on macOS the system's directory is behind a symlink, and answers tell absolute paths.
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-test-')));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

module.exports = { temporaryDirectory };
