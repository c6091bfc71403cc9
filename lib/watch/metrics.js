// @ts-check
'use strict';

/**
 * The ledger as metrics: for any gauge function, and ready-made for prom-client and OpenTelemetry. Neither is a
 * dependency: each is asked for when its function is called.
 */

const { version } = require('../../package.json');
const { HeapAnalyzerError, badArgument } = require('../errors');
const { readOptions, text } = require('../options');
const { memoryLedger } = require('./ledger');

/** @typedef {import('./ledger').MemoryLedger} MemoryLedger */

/** Snake case of the ledger's names: what metrics are called everywhere. Nine of them, for ever. */
const KINDS = /** @type {const} */ ([
  ['rss', 'rss'],
  ['heap_used', 'heapUsed'],
  ['heap_total', 'heapTotal'],
  ['heap_limit', 'heapLimit'],
  ['external', 'external'],
  ['array_buffers', 'arrayBuffers'],
  ['malloced', 'malloced'],
  ['mapped_files', 'mappedFiles'],
  ['unexplained', 'unexplained'],
]);

/**
 * @param {MemoryLedger} memory
 * @param {(kind: string, value: number) => void} give
 */
function eachKind(memory, give) {
  for (const [name, field] of KINDS) {
    const value = memory[field];
    if (value !== null) give(name, value);
  }
}

/**
 * @param {MemoryLedger} memory
 * @param {(name: string, value: number) => unknown} gauge
 */
function reportTo(memory, gauge) {
  eachKind(memory, (kind, value) => gauge(`nodejs.memory.${kind}`, value));
}

/**
 * @param {string} functionName
 * @param {string} name
 * @param {string} option
 * @returns {any}
 */
function optionalPeer(functionName, name, option) {
  try {
    return require(name);
  } catch (error) {
    if (/** @type {any} */ (error).code !== 'MODULE_NOT_FOUND') throw error;
    throw new HeapAnalyzerError(
      'ERR_HEAP_UNSUPPORTED',
      `${functionName}() needs the package ${name}: run \`npm install ${name}\`, or give it as the option \`${option}\``,
      { cause: error },
    );
  }
}

/** @param {string} member @returns {(value: any, name: string) => any} */
const having = (member) => (value, name) => {
  if (value && (typeof value === 'object' || typeof value === 'function') && member in value) return value;
  throw badArgument(name, `an object with \`${member}\``, value);
};

/**
 * @param {unknown} [options]
 * @returns {{ stop(): void }}
 */
function promMetrics(options) {
  const read = readOptions('promMetrics', options, {
    client: having('Gauge'),
    register: having('registerMetric'),
    name: text,
  });
  const client = read.client ?? optionalPeer('promMetrics', 'prom-client', 'client');
  const { register = client.register, name = 'nodejs_memory_bytes' } = read;
  const gauge = new client.Gauge({
    name,
    help: 'Memory of the process in bytes, by kind; unexplained is what no other kind accounts for.',
    labelNames: ['kind'],
    registers: [register],
    // Read when it is scraped, so that there is no timer and no stale figure.
    collect() {
      eachKind(memoryLedger(), (kind, value) => gauge.set({ kind }, value));
    },
  });
  return { stop: () => register.removeSingleMetric(name) };
}

/**
 * @param {unknown} [options]
 * @returns {{ stop(): void }}
 */
function otelMetrics(options) {
  const read = readOptions('otelMetrics', options, {
    api: having('metrics'),
    meter: having('createObservableGauge'),
    name: text,
  });
  const meter =
    read.meter ??
    (read.api ?? optionalPeer('otelMetrics', '@opentelemetry/api', 'api')).metrics.getMeter(
      'heap-analyzer',
      version,
    );
  const gauge = meter.createObservableGauge(read.name ?? 'nodejs.memory.usage', {
    description: 'Memory of the process, by kind; unexplained is what no other kind accounts for.',
    unit: 'By',
  });
  const observe = (/** @type {any} */ result) =>
    eachKind(memoryLedger(), (kind, value) => result.observe(value, { 'nodejs.memory.kind': kind }));
  gauge.addCallback(observe);
  return { stop: () => gauge.removeCallback(observe) };
}

module.exports = { reportTo, promMetrics, otelMetrics };
