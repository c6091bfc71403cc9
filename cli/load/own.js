// @ts-check
'use strict';

/**
 * A load driver that is always there: so many visitors, each of which asks, reads the answer and asks again. Slower
 * than autocannon, which parses less; fast enough to make a leak visible.
 */

const http = require('node:http');
const https = require('node:https');
const { setTimeout: sleep } = require('node:timers/promises');
const { Tally } = require('./tally');
const { fill, isNumbered, limitsOf } = require('./index');

/** Answers that are still to come when the time is up are waited for so long. */
const GRACE_MS = 2000;
/** After a request that nobody answered: a dead app is not asked as fast as the loop can turn. */
const PAUSE_MS = 50;

/**
 * @param {import('./index').LoadOptions} options
 * @returns {import('./index').Drive}
 */
function driveByOwn({ url, connections, method, headers = {}, body }) {
  const numbered = isNumbered(url, body);
  const target = `${url.pathname}${url.search}`;
  let number = 0;
  return async (stage) => {
    const { signal, onProgress } = stage;
    const { longest, passed, over, fraction } = limitsOf(stage);
    const first = number;
    const asked = () => number - first;
    const { Agent, request } = url.protocol === 'https:' ? https : http;
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    const tally = new Tally('heap-analyzer');
    const hurry = new AbortController();
    const stop = () => hurry.abort();
    signal.addEventListener('abort', stop, { once: true });
    const late = setTimeout(stop, longest + GRACE_MS);
    const ticker = setInterval(() => onProgress(fraction(asked())), 100);

    const ask = () =>
      new Promise((resolve) => {
        const own = number++;
        const path = numbered ? fill(target, own) : target;
        const text = body === undefined ? undefined : fill(body, own);
        const began = performance.now();
        const failed = (/** @type {Error} */ error) => {
          // What we broke off ourselves says nothing about the app.
          if (!hurry.signal.aborted) tally.failed(error.message);
          resolve(false);
        };
        const sent = request(
          url,
          {
            agent,
            path,
            method: method ?? (text === undefined ? 'GET' : 'POST'),
            headers: text === undefined ? headers : { 'content-length': Buffer.byteLength(text), ...headers },
            signal: hurry.signal,
          },
          (response) => {
            response.on('error', failed);
            response.on('end', () => {
              tally.answered(response.statusCode ?? 0, performance.now() - began);
              resolve(true);
            });
            response.resume();
          },
        );
        sent.on('error', failed);
        sent.end(text);
      });
    const visitor = async () => {
      while (!over(asked()) && !hurry.signal.aborted) {
        if (!(await ask()) && !hurry.signal.aborted) await sleep(PAUSE_MS);
      }
    };
    try {
      await Promise.all(Array.from({ length: connections }, visitor));
    } finally {
      clearTimeout(late);
      clearInterval(ticker);
      signal.removeEventListener('abort', stop);
      agent.destroy();
    }
    signal.throwIfAborted();
    return tally.result(passed());
  };
}

module.exports = { driveByOwn };
