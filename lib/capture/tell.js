// @ts-check
'use strict';

/**
 * Tells the app of a finished snapshot. The file is there, so what its receiver does wrong is a warning, and no
 * failure of the capture.
 */

/**
 * @param {((file: string, answer: any) => unknown) | undefined} onSnapshot
 * @param {any} answer
 */
async function tell(onSnapshot, answer) {
  try {
    await onSnapshot?.(answer.path, answer);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.emitWarning(`onSnapshot failed for ${answer.path}: ${why}`, 'HeapAnalyzerWarning');
  }
}

module.exports = { tell };
