// @ts-check
'use strict';

/**
 * Load on an app: many visitors at a time, for a while. By autocannon where it is installed, by a driver of our own
 * where it is not, or by a function of the user's.
 */

const { createRequire } = require('node:module');
const path = require('node:path');
const { HeapAnalyzerError } = require('../../lib/errors');
const { isLoopback } = require('../../lib/capture/remote/websocket');

/**
 * @typedef {object} Stage
 * @property {number} durationMs
 * @property {number} [amount] as many requests instead, in at most three times as long: so that two stages are alike
 * @property {AbortSignal} signal
 * @property {(fraction: number) => void} onProgress
 *
 * @typedef {object} LoadResult
 * @property {'autocannon' | 'heap-analyzer' | 'script'} by
 * @property {number} requests that were answered; calls of the script that came to an end
 * @property {number} errors that were not answered
 * @property {number} non2xx answers with another status than 2xx
 * @property {Record<string, number>} statuses answers by status; empty for a script
 * @property {number} durationMs
 * @property {number} requestsPerSecond
 * @property {{ p50: number, p99: number, max: number }} latencyMs
 * @property {string} [firstError]
 *
 * @typedef {(stage: Stage) => Promise<LoadResult>} Drive
 *
 * @typedef {object} LoadOptions
 * @property {URL} url in which `{i}` stands for the number of the request
 * @property {number} connections
 * @property {string} [method]
 * @property {Record<string, string>} [headers]
 * @property {string} [body] in which `{i}` stands for the number of the request
 * @property {string} [script] a module instead, whose function is one visit
 * @property {'autocannon' | 'own'} [driver] left out: autocannon where it is installed
 */

/**
 * @param {LoadOptions} options
 * @returns {Promise<Drive>} counts requests on through all its stages, so that `{i}` never comes twice
 */
async function openLoad({ script, driver, ...options }) {
  if (script !== undefined) return require('./script').driveByScript({ script, ...options });
  const autocannon = driver === 'own' ? null : findAutocannon();
  if (autocannon) return require('./autocannon').driveByAutocannon(autocannon, options);
  if (driver === 'autocannon') {
    throw new HeapAnalyzerError(
      'ERR_HEAP_UNSUPPORTED',
      'autocannon is not installed here: run `npm install --save-dev autocannon`, or leave out --load',
    );
  }
  return require('./own').driveByOwn(options);
}

/** Of the user's project first, then beside us. @returns {any} */
function findAutocannon() {
  for (const place of [path.join(process.cwd(), 'package.json'), __filename]) {
    try {
      return createRequire(place)('autocannon');
    } catch (error) {
      if (/** @type {any} */ (error).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return null;
}

/**
 * @param {string} text
 * @param {boolean} allowRemote
 * @returns {URL}
 */
function readLoadUrl(text, allowRemote) {
  let url;
  try {
    url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  } catch {
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', `${JSON.stringify(text)} is no URL`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `load goes to an http: or https: URL, and not to ${url.protocol}`,
    );
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowRemote && !isLoopback(host)) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_USAGE',
      `${host} is not this host: whoever runs it may take this load for an attack; --allow-remote sends it all the same`,
    );
  }
  return url;
}

/** @param {string} template @param {number} number */
const fill = (template, number) =>
  template.replaceAll('{i}', String(number)).replaceAll('%7Bi%7D', String(number));

/** @param {URL} url @param {string} [body] */
const isNumbered = (url, body = '') => /\{i\}|%7Bi%7D/.test(`${url.pathname}${url.search}${body}`);

/** How long a stage with an amount may take, in times of its duration. */
const PATIENCE = 3;

/**
 * When a stage is over, and how far it is.
 * @param {Stage} stage
 */
function limitsOf({ durationMs, amount }) {
  const started = performance.now();
  const longest = amount === undefined ? durationMs : durationMs * PATIENCE;
  const passed = () => performance.now() - started;
  return {
    longest,
    passed,
    /** @param {number} asked requests so far */
    over: (asked) => passed() >= longest || (amount !== undefined && asked >= amount),
    /** @param {number} asked */
    fraction: (asked) => Math.min(1, amount === undefined ? passed() / durationMs : asked / amount),
  };
}

module.exports = { openLoad, readLoadUrl, limitsOf, fill, isNumbered };
