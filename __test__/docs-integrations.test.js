'use strict';

/**
 * docs/integrations.md: each block of JavaScript runs as a program of its own, with the real frameworks; one that serves has
 * to come as far as listening, and its endpoint to ask for the token. What it serves then is tested in `__test__/serve`.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { project } = require('./helpers/project');
const { root, run } = require('./helpers/run');

const text = fs.readFileSync(path.join(root, 'docs', 'integrations.md'), 'utf8');
const blocks = [...text.matchAll(/^## ([^\n]*)\n(?:(?!^## ).)*?^```js\n(.*?)^```/gms)];

/** Listens on any port, asks the endpoint without a token, tells the status and ends. */
const PRELOADED = `
const { Server } = require('node:net');
const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  this.once('listening', async () => {
    const { port } = this.address();
    const { status } = await fetch('http://127.0.0.1:' + port + '/debug/heap-snapshot');
    console.log('status', status);
    process.exit(0);
  });
  return listen.call(this, 0, '127.0.0.1');
};
`;

test('there is a block for each framework', () => {
  const titles = blocks.map(([, title]) => title);
  assert.deepEqual(titles, [
    'Express',
    'Fastify',
    'Koa',
    'Plain http',
    'Prometheus, OpenTelemetry',
    'Alerts',
  ]);
});

test('the blocks of docs/integrations.md work as they stand', async (t) => {
  const cwd = project(t);
  fs.writeFileSync(path.join(cwd, 'preloaded.js'), PRELOADED);
  const outcomes = await Promise.all(
    blocks.map(([, title, source], index) => {
      const file = path.join(cwd, `block-${index}.js`);
      fs.writeFileSync(file, source);
      const env = { HEAP_ANALYZER_TOKEN: 'a'.repeat(40) };
      return run(['--require', './preloaded.js', file], { cwd, env }).then((outcome) => ({
        title,
        source,
        ...outcome,
      }));
    }),
  );
  for (const { title, source, ...outcome } of outcomes) {
    assert.equal(outcome.code, 0, `${title}: ${outcome.stderr}`);
    if (/listen\(/.test(source)) assert.equal(outcome.stdout, 'status 401\n', title);
    if (title.startsWith('Prometheus'))
      assert.match(outcome.stdout, /^nodejs_memory_bytes\{kind="unexplained"\} /m);
  }
});
