// @ts-check
// The load: real HTTP over loopback, one request after another, seeded, so that two runs ask for the same things in
// the same order. One at a time because what is judged is what requests leave behind, not how they interleave.
'use strict';

const http = require('node:http');

const { random } = require('../fixtures/programs/lib/random');

const WORDS = 'the quick brown fox jumps over a lazy dog while nobody counts bytes'.split(' ');

/**
 * @typedef {import('./apps').Request} Request
 */

class Load {
  /** @param {number} port */
  constructor(port) {
    this.port = port;
    this.next = random(7);
    /** Rounds so far: `{i}` never repeats. */
    this.round = 0;
    /** The latest answer that was a JSON object, for requests that build on it. @type {Record<string, unknown>} */
    this.last = {};
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  }

  /**
   * @param {Request[]} requests a round
   * @param {number} rounds
   */
  async drive(requests, rounds) {
    for (let k = 0; k < rounds; k++, this.round++) {
      for (const request of requests)
        await this.send(typeof request === 'string' ? { send: request } : request);
    }
  }

  /** @param {Exclude<Request, string>} request */
  send({ send, headers = {}, abortAfter }) {
    const [method, target, ...rest] = send.split(' ');
    const body = rest.length > 0 ? this.fill(rest.join(' ')) : undefined;
    const type = body?.startsWith('{') ? 'application/json' : 'text/plain';
    const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, this.fill(value)]));
    const options = {
      method,
      path: this.fill(target),
      port: this.port,
      host: '127.0.0.1',
      // A client that leaves takes its connection with it.
      agent: abortAfter === undefined ? this.agent : false,
      headers: { ...(body === undefined ? {} : { 'content-type': type }), ...sent },
    };
    return new Promise((resolve, reject) => {
      const request = http.request(options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += chunk));
        response.on('error', (error) => (abortAfter === undefined ? reject(error) : resolve(undefined)));
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          if (status >= 500) reject(new Error(`${send} was answered with ${status}: ${text.slice(0, 500)}`));
          if (text.startsWith('{')) this.last = JSON.parse(text);
          resolve(undefined);
        });
      });
      request.on('error', (error) => (abortAfter === undefined ? reject(error) : resolve(undefined)));
      request.end(body);
      if (abortAfter !== undefined) setTimeout(() => request.destroy(), abortAfter);
    });
  }

  /**
   * `{i}` the round, `{n:60}` a seeded number below 60, `{text:2000}` that many characters of prose,
   * `{last.field}` from the latest answer.
   * @param {string} template
   */
  fill(template) {
    return template.replace(/\{(i|n|text|last)(?:[:.](\w+))?\}/g, (_, kind, argument) => {
      if (kind === 'i') return String(this.round);
      if (kind === 'n') return String(Math.floor(this.next() * Number(argument ?? 1000)));
      if (kind === 'last') return String(this.last[argument] ?? '');
      return this.prose(Number(argument));
    });
  }

  /** @param {number} length */
  prose(length) {
    let text = `${this.round}`;
    while (text.length < length) text += ` ${WORDS[Math.floor(this.next() * WORDS.length)]}`;
    return text.slice(0, length);
  }

  close() {
    this.agent.destroy();
  }
}

module.exports = { Load };
