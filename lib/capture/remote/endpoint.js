// @ts-check
'use strict';

/**
 * A snapshot by an HTTP endpoint of the app: ours, or one that was written by hand.
 *
 * Three answers are understood. The snapshot itself as the body; our JSON, whose file is then downloaded; and the plain
 * JSON of many guides, `{ "snapshot": "heap-1.heapsnapshot", "size": 1 }`, which only names a file on the machine of the
 * app: when that is this machine, the file is copied.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { HeapAnalyzerError, fromSystem } = require('../../errors');
const { knownFacts, readMeta } = require('../meta');
const { linkOr, listenerOn } = require('./proc');
const { requestInto, shownUrl } = require('./http');
const { isLoopback } = require('./websocket');

/**
 * @typedef {import('./http').Got} Got
 *
 * @typedef {object} EndpointOptions
 * @property {string} [token]
 * @property {Record<string, string>} [headers]
 * @property {number} [timeoutMs]
 * @property {AbortSignal} [signal]
 * @property {(progress: { phase: string, fraction: number }) => void} [onProgress]
 *
 * @typedef {object} Fetched what is known of the file
 * @property {number} [pauseMs]
 * @property {any} meta
 */

/** An app with a heap of some GB stands still for minutes, and says nothing meanwhile. */
const TIMEOUT_MS = 15 * 60 * 1000;
const TRIES = 3;
const PATIENCE_MS = 500;
/** No answer but a snapshot is larger. */
const LARGEST_ANSWER = 1 << 20;

/**
 * @param {unknown} text
 * @returns {URL}
 */
function readUrl(text) {
  try {
    const url = new URL(String(text));
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // Said below.
  }
  throw new HeapAnalyzerError(
    'ERR_HEAP_USAGE',
    `an endpoint is an http: or https: URL, and not ${JSON.stringify(text)}`,
  );
}

/**
 * Has a snapshot taken, and brings it into a file.
 * @param {URL} endpoint
 * @param {string} file
 * @param {EndpointOptions & { compress?: import('../names').Packing | false }} options
 * @returns {Promise<Fetched>}
 */
async function fetchSnapshot(endpoint, file, options) {
  const started = Date.now();
  const url = new URL(endpoint);
  // Our endpoint packs the body as it is asked to; others do not look at it.
  if (!url.searchParams.has('compress')) url.searchParams.set('compress', options.compress || 'none');
  const got = await capture(url, file, options);
  const answer = await asAnswer(file, got);
  const since = { capturedAt: new Date(started).toISOString() };
  if (!answer) {
    expectDigest(url, got, got.headers['x-heap-snapshot-sha256']);
    const meta = knownFacts(parsed(got.headers['x-heap-snapshot-meta']) ?? {});
    return { ...pauseOf(got.headers['x-heap-snapshot-pause-ms']), meta: { ...since, ...meta } };
  }
  const meta = { ...since, ...knownFacts(answer.meta ?? {}) };
  if (typeof answer.id === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(answer.id)) {
    expectDigest(url, await persistently(below(endpoint, answer.id), file, 'GET', options), answer.sha256);
  } else {
    Object.assign(meta, await copyLocal(url, file, answer, started));
  }
  return { ...pauseOf(answer.pauseMs), meta };
}

/** @param {URL} endpoint @param {string} route */
function below(endpoint, route) {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${route}`;
  url.search = '';
  return url;
}

/**
 * What a capture would cost there, which our own endpoint tells.
 * @param {URL} endpoint
 * @param {string} scratch a file that may be written
 * @param {EndpointOptions} options
 * @returns {Promise<any>} null where the endpoint is another one
 */
async function fetchEstimate(endpoint, scratch, options) {
  const got = await persistently(below(endpoint, 'memory'), scratch, 'GET', options, [404, 405, 501]);
  const answer =
    got.status < 300 && got.sizeBytes <= LARGEST_ANSWER ? parsed(await fs.readFile(scratch, 'utf8')) : null;
  return answer?.tool?.name === 'heap-analyzer' && Number.isFinite(answer.capture?.nodes)
    ? answer.capture
    : null;
}

/**
 * @param {URL} url
 * @param {string} file
 * @param {EndpointOptions} options
 * @returns {Promise<Got>}
 */
async function capture(url, file, options) {
  // Taking a snapshot changes something, so it is a POST; endpoints of guides only know GET, and refuse unharmed.
  const posted = await persistently(url, file, 'POST', options, [404, 405, 501]);
  return posted.status < 400 ? posted : persistently(url, file, 'GET', options);
}

/**
 * Asks again where that cannot take a second snapshot: nobody listened yet, the app was busy, or it is a download.
 * @param {URL} url
 * @param {string} file
 * @param {string} method
 * @param {EndpointOptions} options
 * @param {number[]} [accepted] statuses of failures that are not thrown
 * @returns {Promise<Got>}
 */
async function persistently(url, file, method, options, accepted = []) {
  const { token, headers = {}, timeoutMs = TIMEOUT_MS, signal, onProgress } = options;
  const deadline = Date.now() + timeoutMs;
  const ask = {
    method,
    headers: {
      accept: 'application/octet-stream, application/json;q=0.9',
      'accept-encoding': 'identity',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    timeoutMs,
    signal,
    onBytes: (/** @type {number} */ bytes, /** @type {number | null} */ total) =>
      onProgress?.({ phase: 'downloading', fraction: total ? Math.min(1, bytes / total) : 0 }),
  };
  for (let tried = 1; ; tried++) {
    let wait = PATIENCE_MS * tried;
    try {
      const got = await requestInto(url, file, ask);
      if (got.status < 300 || accepted.includes(got.status)) return got;
      const failure = await statusError(url, got, file);
      const after = Number(got.headers['retry-after']) * 1000;
      // 429 says that nothing was done.
      if (got.status !== 429 || !(after > 0) || Date.now() + after > deadline) throw failure;
      wait = after;
    } catch (error) {
      const { notSent, code } = /** @type {any} */ (error);
      const again =
        notSent === true || (isDownload(url, method) && code === 'ERR_HEAP_REMOTE' && !isStatus(error));
      if (isStatus(error) || !again || tried >= TRIES || signal?.aborted) throw error;
    }
    await pause(wait, signal);
  }
}

/** @param {URL} url @param {string} method */
const isDownload = ({ pathname }, method) => method === 'GET' && /\/heap-[A-Za-z0-9_-]+$/.test(pathname);

/** @param {any} error */
const isStatus = (error) => typeof error?.status === 'number';

/**
 * @param {URL} url
 * @param {Got} got
 * @param {string} file
 */
async function statusError(url, { status, headers, sizeBytes }, file) {
  const body = sizeBytes <= LARGEST_ANSWER ? parsed(await fs.readFile(file, 'utf8')) : null;
  const said = typeof body?.error?.message === 'string' ? body.error.message : body?.error;
  const why = typeof said === 'string' ? `: ${said}` : advice(status, headers);
  return Object.assign(
    new HeapAnalyzerError('ERR_HEAP_REMOTE', `${shownUrl(url)} answers with status ${status}${why}`),
    { status },
  );
}

/**
 * @param {number} status
 * @param {import('node:http').IncomingHttpHeaders} headers
 */
function advice(status, { location }) {
  if (status === 401 || status === 403)
    return ': it wants a token (HEAP_ANALYZER_TOKEN, --token-file) or does not let us in';
  if (status === 404) return ': there is no such endpoint';
  return location === undefined ? '' : `: it sends us to ${location}, which is not followed`;
}

/**
 * The JSON answer in the file, or null when the file is the snapshot itself.
 * @param {string} file
 * @param {Got} got
 */
async function asAnswer(file, { sizeBytes }) {
  if (sizeBytes > LARGEST_ANSWER) return null;
  const answer = parsed(await fs.readFile(file, 'utf8'));
  // A snapshot has an object there.
  return typeof answer?.snapshot === 'string' || typeof answer?.path === 'string' ? answer : null;
}

/** @param {unknown} text @returns {any} null when it is no JSON */
function parsed(text) {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}

/** @param {unknown} value */
function pauseOf(value) {
  const pauseMs = value === undefined ? Number.NaN : Number(value);
  return pauseMs >= 0 ? { pauseMs } : {};
}

/**
 * @param {URL} url
 * @param {Got} got
 * @param {unknown} expected
 */
function expectDigest(url, { sha256 }, expected) {
  if (typeof expected !== 'string' || expected === sha256) return;
  throw new HeapAnalyzerError(
    'ERR_HEAP_REMOTE',
    `what came from ${shownUrl(url)} is not what was sent: SHA-256 ${sha256} instead of ${expected}`,
  );
}

/**
 * @param {URL} url
 * @param {string} file
 * @param {any} answer
 * @param {number} started
 * @returns {Promise<object>} what is known of it
 */
async function copyLocal(url, file, answer, started) {
  const named = String(answer.path ?? answer.snapshot);
  if (isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) {
    for (const candidate of candidatesFor(url, named)) {
      const stats = await fs.stat(candidate).catch(() => null);
      // One of an earlier run has the same name more often than the same size and a new date.
      if (!stats?.isFile() || stats.mtimeMs < started - 2000) continue;
      if (typeof answer.size === 'number' && answer.size !== stats.size) continue;
      try {
        await fs.copyFile(candidate, file);
      } catch (error) {
        throw fromSystem(error, `copy ${candidate}`);
      }
      return knownFacts(await readMeta(candidate));
    }
  }
  throw new HeapAnalyzerError(
    'ERR_HEAP_REMOTE',
    `the app wrote ${named} on its own disk, where it cannot be reached from here: copy it by hand, or let the app ` +
      'use the endpoint of heap-analyzer, which hands its snapshots out',
  );
}

/**
 * @param {URL} url
 * @param {string} named
 */
function candidatesFor(url, named) {
  if (path.isAbsolute(named)) return [named];
  // Relative to where the app runs; that is often where we run too.
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const pid = listenerOn(port);
  const directory = pid === null ? '' : linkOr(`/proc/${pid}/cwd`);
  return [directory, process.cwd()].filter(Boolean).map((place) => path.resolve(place, named));
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  const { setTimeout: wait } = require('node:timers/promises');
  return wait(ms, undefined, { signal }).catch(() => {
    throw signal?.reason;
  });
}

module.exports = { fetchSnapshot, fetchEstimate, readUrl };
