// @ts-check
'use strict';

/**
 * A small web shop with a memory leak, as such services are really written: nothing in it looks wrong until
 * one asks who ever removes an entry from `sessions`. The other parts are healthy and stand here so that the
 * leak has to be found among them.
 */

const { randomBytes } = require('node:crypto');
const http = require('node:http');

/** The leak: logging in adds a session, and nothing takes it out again. */
const sessions = new Map();

/** Healthy: holds the last hundred prices and forgets the oldest. */
const prices = new Map();
const PRICES_KEPT = 100;

class Session {
  /** @param {string} user */
  constructor(user) {
    this.id = randomBytes(16).toString('hex');
    this.user = user;
    this.active = true;
    this.startedAt = Date.now();
    this.preferences = { language: 'en', currency: 'EUR', theme: 'light' };
    /** @type {PageView[]} */
    this.history = [];
  }
}

class PageView {
  /** @param {string} url */
  constructor(url) {
    this.url = url;
    this.at = Date.now();
    this.referrer = null;
    this.secondsRead = 0;
    this.scrolledTo = 0;
    this.clicks = 0;
    this.experiment = 'control';
    this.device = 'desktop';
    this.country = 'de';
    this.converted = false;
  }
}

/** @param {string} user */
function login(user) {
  const session = new Session(user);
  sessions.set(session.id, session);
  return { session: session.id };
}

/** @param {string} id */
function logout(id) {
  const session = sessions.get(id);
  // Here is the line that is missing: sessions.delete(id);
  if (session) session.active = false;
  return { goodbye: session?.user ?? null };
}

/** @param {string} product */
function priceOf(product) {
  let price = prices.get(product);
  if (price === undefined) {
    price = { product, cents: 100 + product.length * 7 };
    prices.set(product, price);
    if (prices.size > PRICES_KEPT) prices.delete(prices.keys().next().value);
  }
  return price;
}

/**
 * @param {URL} url
 * @returns {object | null} what to answer, or null when there is no such page
 */
function route(url) {
  const session = url.searchParams.get('session') ?? '';
  const [, page, argument = ''] = url.pathname.split('/');
  if (page === 'login') return login(argument);
  if (page === 'logout') return logout(session);
  if (page !== 'products') return null;
  sessions.get(session)?.history.push(new PageView(url.pathname));
  return priceOf(argument);
}

function createServer() {
  return http.createServer((request, response) => {
    const body = route(new URL(request.url ?? '/', 'http://shop'));
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { error: 'no such page' }));
  });
}

module.exports = { createServer };
