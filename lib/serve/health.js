// @ts-check
'use strict';

/**
 * A health check that measures the app itself. An exec probe that starts `node -e …` measures the process it has just
 * started, which is always healthy; this one answers from inside. It needs no token, so it tells a verdict and, only
 * when asked to, figures.
 */

const { readOptions, flag, integer } = require('../options');
const { memoryLedger } = require('../watch/ledger');
const { HeapAnalyzerError, badArgument } = require('../errors');
const { sendJson } = require('./respond');

const bytes = integer(1, Number.MAX_SAFE_INTEGER);

const share = (/** @type {unknown} */ value, /** @type {string} */ name) => {
  if (typeof value === 'number' && value > 0 && value <= 1) return value;
  throw badArgument(name, 'a share above 0 and up to 1', value);
};

/**
 * @param {unknown} given
 * @returns {(request: unknown, response: any) => void} the response of Node.js or Express, or Fastify's reply
 */
function healthHandler(given) {
  const limits = readOptions('healthHandler', given, {
    heapUsedAbove: bytes,
    rssAbove: bytes,
    heapShareAbove: share,
    figures: flag,
  });
  const { heapUsedAbove, rssAbove, heapShareAbove, figures = false } = limits;
  if (heapUsedAbove === undefined && rssAbove === undefined && heapShareAbove === undefined) {
    const what =
      'healthHandler() needs to know what is too much: `heapUsedAbove`, `rssAbove` or `heapShareAbove`';
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', what);
  }
  return function health(_request, response) {
    const memory = memoryLedger();
    const over = [];
    if (memory.heapUsed > (heapUsedAbove ?? Infinity)) over.push('heapUsed');
    if (memory.rss > (rssAbove ?? Infinity)) over.push('rss');
    if (memory.heapUsed > (heapShareAbove ?? Infinity) * memory.heapLimit) over.push('heapShare');
    const status = over.length > 0 ? 503 : 200;
    const document = { healthy: status === 200, over, ...(figures ? { memory } : {}) };
    sendJson(response.raw ?? response, status, document);
  };
}

module.exports = { healthHandler };
