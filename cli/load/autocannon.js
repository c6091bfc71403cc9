// @ts-check
'use strict';

/**
 * Load by autocannon, which is the user's: an optional peer.
 */

const { perSecond } = require('./tally');
const { fill, isNumbered, limitsOf } = require('./index');

/**
 * @param {any} autocannon the module
 * @param {import('./index').LoadOptions} options
 * @returns {import('./index').Drive}
 */
function driveByAutocannon(autocannon, { url, connections, method, headers, body }) {
  const target = `${url.pathname}${url.search}`;
  const asked = { method: method ?? (body === undefined ? 'GET' : 'POST'), headers, body };
  let number = 0;
  const setupRequest = (/** @type {any} */ request) => {
    const own = number++;
    return { ...request, path: fill(target, own), ...(body === undefined ? {} : { body: fill(body, own) }) };
  };
  const requests = isNumbered(url, body) ? { requests: [{ ...asked, path: target, setupRequest }] } : {};
  return (stage) =>
    new Promise((resolve, reject) => {
      const { amount, signal, onProgress } = stage;
      const { longest, passed, fraction } = limitsOf(stage);
      let answered = 0;
      /** @type {string | undefined} */
      let firstError;
      const finish = (/** @type {any} */ error, /** @type {any} */ result) => {
        clearTimeout(end);
        clearInterval(ticker);
        signal.removeEventListener('abort', stop);
        if (signal.aborted) return reject(signal.reason);
        if (error) return reject(error);
        const took = passed();
        const { latency, non2xx, errors } = result;
        const total = result['1xx'] + result['2xx'] + result['3xx'] + result['4xx'] + result['5xx'];
        resolve({
          by: 'autocannon',
          requests: total,
          errors,
          non2xx,
          statuses: Object.fromEntries(
            Object.entries(result.statusCodeStats ?? {}).map(([status, { count }]) => [status, count]),
          ),
          durationMs: Math.round(took),
          requestsPerSecond: perSecond(total, took),
          latencyMs: { p50: latency.p50, p99: latency.p99, max: latency.max },
          ...(firstError === undefined ? {} : { firstError }),
        });
      };
      // Ended by us: it stops at the next of its own ticks, which are a second apart.
      const duration = Math.ceil(longest / 1000) + 60;
      // It wants as many requests as connections at the least.
      const many = amount === undefined ? { duration } : { duration, amount: Math.max(amount, connections) };
      const run = autocannon({ url: url.href, connections, ...many, ...asked, ...requests }, finish);
      const stop = () => run.stop();
      run.on('reqError', (/** @type {Error} */ error) => (firstError ??= error.message));
      signal.addEventListener('abort', stop, { once: true });
      run.on('response', () => answered++);
      const end = setTimeout(stop, longest);
      const ticker = setInterval(() => onProgress(fraction(answered)), 100);
      if (signal.aborted) stop();
    });
}

module.exports = { driveByAutocannon };
