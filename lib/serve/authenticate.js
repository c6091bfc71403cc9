// @ts-check
'use strict';

/**
 * Who may ask. Every request passes here before anybody looks at what it asks for, and whoever does not pass learns
 * nothing but that.
 */

const { createHmac, randomBytes, timingSafeEqual } = require('node:crypto');

/** @typedef {import('node:http').IncomingMessage} Request */

/** Digests of tokens are of no use outside of this process. */
const key = randomBytes(32);

/** @param {string} text */
const digest = (text) => createHmac('sha256', key).update(text).digest();

/** Written by proxies. The word of a stranger, so never believed; but where one stands, nobody is local. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/**
 * @param {object} options
 * @param {string[]} [options.token]
 * @param {(request: any) => unknown} [options.authorize]
 * @param {boolean} options.loopback
 * @returns {(request: Request, context: unknown) => Promise<200 | 401 | 403>} what to answer; 200 lets pass
 */
function gate({ token, authorize, loopback }) {
  const accepted = token?.map(digest);
  return async (request, context) => {
    if (isForeign(request)) return 403;
    if (loopback && !isLocal(request)) return 403;
    if (accepted && !hasToken(request, accepted)) return 401;
    if (authorize && !(await allows(authorize, context))) return 401;
    return 200;
  };
}

/**
 * @param {Request} request
 * @param {Buffer[]} accepted
 */
function hasToken(request, accepted) {
  const given = digest(/^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '');
  // All are compared, whichever fits.
  return accepted.reduce((found, wanted) => timingSafeEqual(given, wanted) || found, false);
}

/**
 * @param {(request: any) => unknown} authorize
 * @param {unknown} context
 */
async function allows(authorize, context) {
  try {
    // Exactly true: a user object, or the promise of a callback style, is no permission.
    return (await authorize(context)) === true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.emitWarning(`authorize() failed, so the request was refused: ${why}`, 'HeapAnalyzerWarning');
    return false;
  }
}

/**
 * Whether a browser sends it on behalf of somebody else's page.
 * @param {Request} request
 */
function isForeign(request) {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  if (origin === undefined) return false;
  try {
    const { protocol, host } = new URL(origin);
    const asked = new URL(`${protocol}//${hostOf(request)}`).host;
    return (protocol !== 'http:' && protocol !== 'https:') || host === '' || host !== asked;
  } catch {
    return true; // "null", or no host to compare with
  }
}

/** @param {Request} request */
function hostOf(request) {
  return request.headers.host ?? request.headers[':authority'] ?? '';
}

/**
 * From this host, to a name of this host: a page that rebinds its name to 127.0.0.1 still sends that name.
 * @param {Request} request
 */
function isLocal(request) {
  if (!isLoopbackAddress(request.socket?.remoteAddress)) return false;
  if (FORWARDED.some((name) => request.headers[name] !== undefined)) return false;
  const [, name] = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::\d{1,5})?$/.exec(String(hostOf(request))) ?? [];
  if (name === undefined) return false;
  const plain = name.replace(/^\[|\]$/g, '').toLowerCase();
  return plain === 'localhost' || plain.endsWith('.localhost') || isLoopbackAddress(plain);
}

/** @param {string} [address] */
function isLoopbackAddress(address) {
  if (address === undefined) return false;
  const plain = address.replace(/^::ffff:/i, '');
  return plain === '::1' || /^127(\.\d{1,3}){3}$/.test(plain);
}

module.exports = { gate };
