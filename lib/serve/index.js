// @ts-check
'use strict';

/**
 * The endpoint in the dresses of the frameworks. None of them is required here: each is only called by its own.
 */

const { createEndpoint, below } = require('./endpoint');
const { healthHandler } = require('./health');

/**
 * For Express 4 and 5, Connect, and `http.createServer`. Documented for users in index.d.ts.
 * @param {unknown} given
 */
function heapSnapshotHandler(given) {
  const { answer, mount } = createEndpoint('heapSnapshotHandler', given);
  /**
   * @param {any} request
   * @param {import('node:http').ServerResponse} response
   * @param {(error?: unknown) => void} [next]
   */
  return function heapSnapshots(request, response, next) {
    const url = request.url ?? '/';
    if (mount !== undefined) {
      const rest = below(url, mount);
      if (rest !== null) return answer(request, response, { url: rest, base: mount, context: request });
      if (next) return void next();
      response.statusCode = 404;
      return void response.end();
    }
    // app.get('/debug/heap-snapshot', …) leaves the whole path in the URL: what was matched is our root.
    if (request.route && Object.keys(request.params ?? {}).length === 0) {
      const mark = url.indexOf('?');
      return answer(request, response, {
        url: mark < 0 ? '/' : url.slice(mark),
        base: null,
        context: request,
      });
    }
    return answer(request, response, { url, base: request.baseUrl ?? '', context: request });
  };
}

/**
 * A plugin for Fastify 4 and 5.
 * @param {any} instance
 * @param {any} given
 */
async function fastifyPlugin(instance, given) {
  const { prefix: _prefix, logLevel: _level, logSerializers: _serializers, ...options } = given ?? {};
  const { answer } = createEndpoint('fastifyPlugin', options);
  const base = instance.prefix ?? '';
  // Nothing here reads a body, so none is parsed, and none is refused for its type.
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser(
    '*',
    (/** @type {any} */ _request, /** @type {any} */ _payload, /** @type {any} */ done) => done(null),
  );
  const handler = async (/** @type {any} */ request, /** @type {any} */ reply) => {
    reply.hijack();
    const rest = below(request.raw.url, base) ?? request.raw.url;
    await answer(request.raw, reply.raw, { url: rest, base, context: request });
  };
  // The query is read by the endpoint itself, and unknown routes below the mount are its own too.
  const method = ['GET', 'POST', 'DELETE'];
  instance.route({ method, url: '/', exposeHeadRoute: false, handler });
  instance.route({ method, url: '/*', exposeHeadRoute: false, handler });
}

/**
 * Middleware for Koa, alone with `mount` or below koa-mount.
 * @param {unknown} given
 */
function koaMiddleware(given) {
  const { answer, mount } = createEndpoint('koaMiddleware', given);
  /**
   * @param {any} context
   * @param {() => Promise<unknown>} next
   */
  return async function heapSnapshots(context, next) {
    const rest = mount === undefined ? context.req.url : below(context.req.url, mount);
    if (rest === null) return next();
    context.respond = false;
    const base = mount ?? (context.mountPath || '');
    await answer(context.req, context.res, { url: rest, base, context });
  };
}

module.exports = { heapSnapshotHandler, fastifyPlugin, koaMiddleware, healthHandler };
