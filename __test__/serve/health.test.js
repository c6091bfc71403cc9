'use strict';

/**
 * The health check: a verdict from inside of the app, in every framework, and figures only where they are asked for.
 */

const assert = require('node:assert/strict');
const http = require('node:http');
const test = require('node:test');
const { healthHandler } = require('../..');
const { framework, listening } = require('../helpers/serving');

async function ask(t, server) {
  const running = await listening(server);
  t.after(running.close);
  const answer = await fetch(`${running.url}/health`);
  return { status: answer.status, ...(await answer.json()) };
}

test('healthy or not, by heap, by rss, by share', async (t) => {
  for (const [options, status, over] of [
    [{ heapUsedAbove: 2 ** 40 }, 200, []],
    [{ heapUsedAbove: 1 }, 503, ['heapUsed']],
    [{ rssAbove: 1, heapUsedAbove: 2 ** 40 }, 503, ['rss']],
    [{ heapShareAbove: 1 }, 200, []],
    [{ heapShareAbove: 1e-9, rssAbove: 1, heapUsedAbove: 1 }, 503, ['heapUsed', 'rss', 'heapShare']],
  ]) {
    const answer = await ask(t, http.createServer(healthHandler(options)));
    assert.equal(answer.status, status, JSON.stringify(options));
    assert.equal(answer.healthy, status === 200);
    assert.deepEqual(answer.over, over);
    assert.ok(!('memory' in answer), 'a stranger may ask');
  }
  const { memory } = await ask(t, http.createServer(healthHandler({ heapUsedAbove: 1, figures: true })));
  assert.ok(memory.rss > memory.heapUsed);
});

test('in every framework', async (t) => {
  const health = healthHandler({ heapUsedAbove: 2 ** 40 });
  for (const name of ['express4', 'express5']) {
    const app = framework(name)();
    app.get('/health', health);
    assert.equal((await ask(t, http.createServer(app))).healthy, true, name);
  }
  for (const name of ['fastify4', 'fastify']) {
    const app = framework(name)();
    app.get('/health', health);
    await app.ready();
    assert.equal((await ask(t, app.server)).healthy, true, name);
  }
  const Koa = framework('koa');
  const app = new Koa();
  app.use((context) => {
    context.respond = false;
    health(context.req, context.res);
  });
  assert.equal((await ask(t, http.createServer(app.callback()))).healthy, true);
});

test('needs to know what is too much', () => {
  for (const options of [undefined, {}, { figures: true }, { heapShareAbove: 2 }, { heapUsedAbov: 1 }]) {
    assert.throws(() => healthHandler(options), { code: 'ERR_HEAP_USAGE' });
  }
});
