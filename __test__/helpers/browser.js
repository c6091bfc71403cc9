// @ts-check
'use strict';

/**
 * Our page in Debian's Chromium, without a window, and everything it must not do written down meanwhile: errors on the
 * console, breaches of its policy, requests to anywhere.
 */

const path = require('node:path');
const { findChromium, NOT_INSTALLED } = require('../../corpus/browser');
const { root } = require('./run');

const modules = path.join(root, '__test__', 'browser', 'node_modules');

/** What a headless browser in a container does without, and must not do by itself. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const needsChromium = { skip: findChromium() ? false : NOT_INSTALLED, timeout: 120_000 };

async function openBrowser() {
  const { chromium } = require(path.join(modules, 'playwright-core'));
  return chromium.launch({ executablePath: findChromium(), args: FLAGS });
}

/**
 * @param {any} browser
 * @param {object} [options] of the page: `viewport`, `colorScheme`
 * @returns {Promise<{ page: any, trouble: string[], requests: string[] }>}
 */
async function openPage(browser, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, ...options });
  /** @type {string[]} */
  const trouble = [];
  /** @type {string[]} */
  const requests = [];
  page.on('console', (/** @type {any} */ message) => {
    if (message.type() === 'error' || message.type() === 'warning') trouble.push(message.text());
  });
  page.on('pageerror', (/** @type {Error} */ error) => trouble.push(String(error)));
  page.on('dialog', (/** @type {any} */ dialog) => {
    trouble.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (/** @type {any} */ request) => requests.push(request.url()));
  await page.exposeFunction('reportViolation', (/** @type {string} */ what) =>
    trouble.push(`policy: ${what}`),
  );
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      // @ts-expect-error made by exposeFunction
      reportViolation(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  return { page, trouble, requests };
}

/**
 * What axe finds that keeps people out: its serious and critical findings.
 * @param {any} page
 * @returns {Promise<string[]>}
 */
async function seriousOf(page) {
  const { source } = require(path.join(modules, 'axe-core'));
  // By the debugger's way in, which no policy of the page's concerns.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() =>
    // @ts-expect-error what the line above brought
    axe.run(
      // Of what repeats, the first few: all are made by the same lines.
      {
        include: [['html']],
        exclude: [['tr:nth-child(n+3)'], ['li:nth-child(n+9)'], ['.box:nth-child(n+9)']],
      },
      { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] },
    ),
  );
  return violations
    .filter((/** @type {any} */ one) => one.impact === 'serious' || one.impact === 'critical')
    .map(
      (/** @type {any} */ one) =>
        `${one.id}: ${one.nodes.map((/** @type {any} */ node) => node.html.slice(0, 120)).join(' | ')}`,
    );
}

module.exports = { needsChromium, openBrowser, openPage, seriousOf };
