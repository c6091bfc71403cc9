// @ts-check
'use strict';

/**
 * Counts what came of the requests of one stage.
 */

const { createHistogram } = require('node:perf_hooks');

class Tally {
  #by;
  #requests = 0;
  #errors = 0;
  #non2xx = 0;
  /** @type {Record<string, number>} */
  #statuses = {};
  /** @type {string | undefined} */
  #firstError;
  /** Of microseconds: it takes whole numbers from 1. */
  #latency = createHistogram();

  /** @param {import('./index').LoadResult['by']} by */
  constructor(by) {
    this.#by = by;
  }

  /** @param {number} status 0 for what has none @param {number} milliseconds */
  answered(status, milliseconds) {
    this.#requests++;
    if (status > 0) this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (status > 0 && (status < 200 || status > 299)) this.#non2xx++;
    this.#latency.record(Math.max(1, Math.round(milliseconds * 1000)));
  }

  /** @param {string} why */
  failed(why) {
    this.#errors++;
    this.#firstError ??= why;
  }

  /**
   * @param {number} durationMs
   * @returns {import('./index').LoadResult}
   */
  result(durationMs) {
    const milliseconds = (/** @type {number} */ microseconds) => Math.round(microseconds / 10) / 100;
    const at = (/** @type {number} */ percentile) =>
      this.#requests === 0 ? 0 : milliseconds(this.#latency.percentile(percentile));
    return {
      by: this.#by,
      requests: this.#requests,
      errors: this.#errors,
      non2xx: this.#non2xx,
      statuses: this.#statuses,
      durationMs: Math.round(durationMs),
      requestsPerSecond: perSecond(this.#requests, durationMs),
      latencyMs: {
        p50: at(50),
        p99: at(99),
        max: this.#requests === 0 ? 0 : milliseconds(this.#latency.max),
      },
      ...(this.#firstError === undefined ? {} : { firstError: this.#firstError }),
    };
  }
}

/** @param {number} requests @param {number} durationMs */
const perSecond = (requests, durationMs) => Math.round((requests / Math.max(1, durationMs)) * 10_000) / 10;

module.exports = { Tally, perSecond };
