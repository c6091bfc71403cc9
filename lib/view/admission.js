// @ts-check
'use strict';

/**
 * Who may look. A heap holds passwords, and any page in the browser, any other user of the machine can knock at a local
 * port. So nothing is answered without the cookie; the cookie is given once, for the token in the link that the command
 * printed or opened; and a request that names another host than ours is refused, since a page that has its name point to
 * 127.0.0.1 would still say that name.
 */

const { randomBytes, timingSafeEqual, createHmac } = require('node:crypto');

const key = randomBytes(32);

/** Digests are of one length, whatever was sent. @param {string} text */
const digest = (text) => createHmac('sha256', key).update(text).digest();

/** @param {string} given @param {string} wanted */
const same = (given, wanted) => timingSafeEqual(digest(given), digest(wanted));

/**
 * @param {() => number} portOf
 */
function admission(portOf) {
  /** Of the link; it is spent when it was used. @type {string | null} */
  let token = randomBytes(24).toString('base64url');
  const pass = randomBytes(24).toString('base64url');
  // Cookies know no ports: viewers beside each other must not take each other's.
  const name = () => `heap-analyzer-${portOf()}`;
  return {
    /** The path of the link that lets in, once. */
    link: () => `/?token=${token}`,
    /**
     * @param {import('node:http').IncomingMessage} request
     * @returns {boolean} whether it comes to us, from a page of ours or from nobody's
     */
    isForUs({ headers }) {
      const ours = [`127.0.0.1:${portOf()}`, `localhost:${portOf()}`];
      if (!ours.includes(headers.host ?? '')) return false;
      const { origin, 'sec-fetch-site': site } = headers;
      if (origin !== undefined && !ours.some((host) => origin === `http://${host}`)) return false;
      // A link somewhere else may be followed (`none` is typing it); what asks for more is no page of ours.
      return site === undefined || site === 'same-origin' || site === 'none';
    },
    /** @param {string | null} given @returns {string | null} the cookie, for the right token */
    exchange(given) {
      if (token === null || given === null || !same(given, token)) return null;
      token = null;
      return `${name()}=${pass}; HttpOnly; SameSite=Strict; Path=/`;
    },
    /** @param {import('node:http').IncomingMessage} request */
    isAdmitted({ headers }) {
      const cookies = (headers.cookie ?? '').split(/; */).map((cookie) => cookie.split('='));
      return cookies.some(([given, value]) => given === name() && same(value ?? '', pass));
    },
  };
}

module.exports = { admission };
