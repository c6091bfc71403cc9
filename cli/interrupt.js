// @ts-check
'use strict';

/**
 * Ctrl-C as an AbortSignal: the engine stops, temporary files and child processes are cleaned up on the way
 * out, and the shell learns of it by the exit code. A second Ctrl-C does not wait for any of that.
 */

const SIGNALS = /** @type {const} */ ({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 });

function watchInterrupts() {
  const controller = new AbortController();
  /** @type {number | null} */
  let code = null;
  const listeners = Object.entries(SIGNALS).map(([name, exitCode]) => {
    const listener = () => {
      if (code !== null) process.exit(code);
      code = exitCode;
      controller.abort();
    };
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  return {
    signal: controller.signal,
    /** @returns {number | null} null while nothing interrupted us */
    exitCode: () => code,
    stop() {
      for (const remove of listeners) remove();
    },
  };
}

module.exports = { watchInterrupts };
