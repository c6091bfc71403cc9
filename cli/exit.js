// @ts-check
'use strict';

/**
 * What each outcome means to a shell. The same for every command.
 */

const EXIT = {
  CLEAN: 0,
  FINDINGS: 1,
  /** wrong usage, or a file that is not what it should be: the caller can mend it */
  BAD_INPUT: 2,
  /** could not do it: the machine, the disk, or we are at fault */
  FAILED: 3,
  INTERRUPTED: 130,
};

const BAD_INPUT_CODES = new Set([
  'ERR_HEAP_EMPTY',
  'ERR_HEAP_TRUNCATED',
  'ERR_HEAP_NOT_SNAPSHOT',
  'ERR_HEAP_MALFORMED',
  'ERR_HEAP_NOT_FOUND',
  'ERR_HEAP_IS_DIRECTORY',
  'ERR_HEAP_PERMISSION',
  'ERR_HEAP_USAGE',
  'ERR_HEAP_NO_OBJECT',
  'ERR_HEAP_EXISTS',
]);

/**
 * @param {string} code an ERR_HEAP_… code
 * @returns {number}
 */
function exitCodeFor(code) {
  if (code === 'ERR_HEAP_CANCELLED') return EXIT.INTERRUPTED;
  return BAD_INPUT_CODES.has(code) ? EXIT.BAD_INPUT : EXIT.FAILED;
}

module.exports = { EXIT, exitCodeFor };
