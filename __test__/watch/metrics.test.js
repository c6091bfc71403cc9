'use strict';

/**
 * Metrics as those see them who collect them: the real prom-client, the real OpenTelemetry.
 */

const assert = require('node:assert/strict');
const test = require('node:test');
const { otelMetrics, promMetrics } = require('../..');
const { framework } = require('../helpers/serving');

const KINDS = [
  'rss',
  'heap_used',
  'heap_total',
  'heap_limit',
  'external',
  'array_buffers',
  'malloced',
  'unexplained',
];

test('prom-client: read when it is scraped, few labels, off again', async () => {
  const client = framework('prom-client');
  client.collectDefaultMetrics({ timeout: 0 });
  const { stop } = promMetrics({ client });
  const text = await client.register.metrics();
  for (const kind of KINDS)
    assert.match(text, new RegExp(`^nodejs_memory_bytes\\{kind="${kind}"\\} -?\\d+$`, 'm'), kind);
  assert.match(text, /^# TYPE nodejs_memory_bytes gauge$/m);
  assert.ok(text.match(/^nodejs_memory_bytes/gm).length <= 9);
  const value = async () => Number(/kind="array_buffers"\} (\d+)/.exec(await client.register.metrics())[1]);
  const before = await value();
  const buffer = Buffer.alloc(20e6, 1);
  assert.ok((await value()) >= before + buffer.length - 1e6);
  stop();
  assert.doesNotMatch(await client.register.metrics(), /nodejs_memory_bytes/);
  const register = new client.Registry();
  promMetrics({ client, register, name: 'my_memory' });
  assert.match(await register.metrics(), /^my_memory\{kind="rss"\}/m);
  client.register.clear();
});

test('OpenTelemetry: an observable gauge of the SDK', async (t) => {
  const api = framework('@opentelemetry/api');
  const { MeterProvider, MetricReader } = framework('@opentelemetry/sdk-metrics');
  class Reader extends MetricReader {
    async onShutdown() {}
    async onForceFlush() {}
  }
  const reader = new Reader();
  const provider = new MeterProvider({ readers: [reader] });
  api.metrics.setGlobalMeterProvider(provider);
  t.after(() => api.metrics.disable());
  const { stop } = otelMetrics({ api });
  const collect = async () => {
    const { resourceMetrics, errors } = await reader.collect();
    assert.deepEqual(errors, []);
    return resourceMetrics.scopeMetrics.flatMap(({ scope, metrics }) =>
      metrics.map((metric) => ({ scope, ...metric })),
    );
  };
  const [metric] = await collect();
  assert.equal(metric.scope.name, 'heap-analyzer');
  assert.equal(metric.descriptor.name, 'nodejs.memory.usage');
  assert.equal(metric.descriptor.unit, 'By');
  const byKind = new Map(
    metric.dataPoints.map(({ attributes, value }) => [attributes['nodejs.memory.kind'], value]),
  );
  for (const kind of KINDS) assert.equal(typeof byKind.get(kind), 'number', kind);
  assert.ok(byKind.get('rss') > byKind.get('heap_used'));
  stop();
  // The SDK goes on telling what it was told last.
  const buffer = Buffer.alloc(20e6, 1);
  const buffers = (await collect())[0]?.dataPoints.find(
    ({ attributes }) => attributes['nodejs.memory.kind'] === 'array_buffers',
  );
  assert.ok(!buffers || buffers.value < byKind.get('array_buffers') + buffer.length / 2);
  const { stop: again } = otelMetrics({ meter: provider.getMeter('mine'), name: 'my.memory' });
  assert.ok((await collect()).some(({ descriptor }) => descriptor.name === 'my.memory'));
  again();
});

test('without the package: what to install', () => {
  assert.throws(() => promMetrics(), { code: 'ERR_HEAP_UNSUPPORTED', message: /npm install prom-client/ });
  assert.throws(() => otelMetrics(), {
    code: 'ERR_HEAP_UNSUPPORTED',
    message: /npm install @opentelemetry\/api/,
  });
  assert.throws(() => promMetrics({ client: {} }), { code: 'ERR_HEAP_USAGE' });
  assert.throws(() => otelMetrics({ meter: null }), { code: 'ERR_HEAP_USAGE' });
});
