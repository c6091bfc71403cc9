// @ts-check
'use strict';

/**
 * Opens a link in the browser of whoever sits here, by the means of the system. Nobody may sit here: then nothing happens,
 * and the link that was printed is what there is.
 */

const { spawn } = require('node:child_process');

/**
 * @param {string} url ours: it has no character that a shell would act upon
 * @param {{ platform?: NodeJS.Platform, env?: NodeJS.ProcessEnv }} [system]
 * @returns {Promise<boolean>} whether something took the link
 */
async function openBrowser(url, { platform = process.platform, env = process.env } = {}) {
  const [command, ...args] = {
    darwin: ['open', url],
    win32: ['rundll32', 'url.dll,FileProtocolHandler', url],
  }[/** @type {string} */ (platform)] ?? ['xdg-open', url];
  // Without a display xdg-open falls back to browsers of the terminal, over what stands there.
  if (command === 'xdg-open' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return false;
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

module.exports = { openBrowser };
