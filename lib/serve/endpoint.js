// @ts-check
'use strict';

/**
 * The endpoint itself, which knows no framework: lets in or refuses, follows the route, turns errors into answers.
 * It always answers, and never throws.
 */

const { gate } = require('./authenticate');
const { readServeOptions } = require('./options');
const { sendError, sendRefusal } = require('./respond');
const { follow } = require('./routes');

/**
 * @typedef {object} Place where a request stands, as its framework tells it
 * @property {string} url relative to the mount, with the query
 * @property {string | null} base
 * @property {unknown} context what `authorize` gets
 */

/**
 * @param {string} functionName
 * @param {unknown} given
 */
function createEndpoint(functionName, given) {
  const options = readServeOptions(functionName, given);
  const admit = gate(options);
  const state = { analysing: false };

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   * @param {Place} place
   */
  async function answer(request, response, { url, base, context }) {
    const left = new AbortController();
    const leave = () => {
      if (!response.writableFinished) left.abort(new Error('the client has gone'));
    };
    response.once('close', leave);
    try {
      const status = await admit(request, context);
      if (status !== 200) return sendRefusal(response, status);
      const [path, query = ''] = split(url);
      const visit = { request, response, path, query, base, gone: left.signal, options, state };
      await follow(visit);
    } catch (error) {
      // Who has gone hears no error.
      if (!left.signal.aborted) sendError(response, error);
      else response.destroy();
    } finally {
      response.off('close', leave);
    }
  }
  return { answer, mount: options.mount };
}

/** @param {string} url */
function split(url) {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  return [path === '' ? '/' : path, mark < 0 ? '' : url.slice(mark + 1)];
}

/**
 * The part of a URL behind the mount; null when it is not below it.
 * @param {string} url
 * @param {string} mount without a slash at its end
 */
function below(url, mount) {
  if (!url.startsWith(mount)) return null;
  const rest = url.slice(mount.length);
  return rest === '' || rest[0] === '/' || rest[0] === '?' ? rest : null;
}

module.exports = { createEndpoint, below };
