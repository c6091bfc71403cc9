// @ts-check
'use strict';

/**
 * The sidecar: `F.meta.json` beside a snapshot F says what the snapshot itself does not: when it was taken, of which
 * process, how much memory that had, why. Readers can do without it, so a missing or broken one counts as none.
 */

const fs = require('node:fs/promises');
const { version } = require('../../package.json');

const SCHEMA_VERSION = 1;
const SUFFIX = '.meta.json';
/** Ours have about one kilobyte; something far larger is not one of them. */
const MOST_BYTES = 1 << 20;

/** @param {string} snapshot */
const sidecarOf = (snapshot) => `${snapshot}${SUFFIX}`;

/**
 * @param {object} facts
 * @param {string} facts.snapshot name of the file, without its directory
 * @param {number} facts.sizeBytes
 * @param {string} facts.sha256
 * @param {number} facts.nodeCount
 * @param {number} [facts.pauseMs]
 * @param {object} facts.source
 * @param {object} facts.meta
 * @param {string} [facts.compression]
 */
function sidecarText({ meta, ...facts }) {
  const tool = { name: 'heap-analyzer', version };
  return `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, tool, ...facts, ...meta }, null, 2)}\n`;
}

/**
 * @typedef {object} Sidecar
 * @property {string} [capturedAt] ISO 8601
 * @property {number} [pid]
 * @property {string} [startedAt] when the process started, ISO 8601
 * @property {string} [processKey] the same for two snapshots exactly when they are of one run of one process
 * @property {number} [threadId]
 * @property {string} [threadName]
 * @property {string} [nodeVersion]
 * @property {string} [v8Version]
 * @property {{ rss?: number, heapTotal?: number, heapUsed?: number, external?: number, arrayBuffers?: number }} [memoryUsage]
 *   bytes, just before the capture
 * @property {string} [reason]
 * @property {object} [options]
 * @property {string} [sha256] of the file
 * @property {number} [sizeBytes] of the file
 * @property {number} [nodeCount]
 * @property {number} [pauseMs]
 * @property {object} [source]
 * @property {string} [compression]
 */

/** @type {(value: unknown) => string | undefined} */
const text = (value) => (typeof value === 'string' && value !== '' ? value : undefined);
/** @type {(value: unknown) => string | undefined} */
const time = (value) => (typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : undefined);
/** @type {(value: unknown) => number | undefined} */
const amount = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
/** @type {(value: unknown) => number | undefined} */
const whole = (value) => (Number.isInteger(value) ? amount(value) : undefined);
/** @type {(value: any) => object | undefined} */
const record = (value) =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
/** @type {(value: any) => object | undefined} */
const memory = (value) =>
  record(value) &&
  picked(value, { rss: whole, heapTotal: whole, heapUsed: whole, external: whole, arrayBuffers: whole });

const FIELDS = {
  capturedAt: time,
  pid: whole,
  startedAt: time,
  processKey: text,
  threadId: whole,
  threadName: text,
  nodeVersion: text,
  v8Version: text,
  memoryUsage: memory,
  reason: text,
  options: record,
  sha256: text,
  sizeBytes: whole,
  nodeCount: whole,
  pauseMs: amount,
  source: record,
  compression: text,
};

/**
 * @param {any} from
 * @param {Record<string, (value: unknown) => any>} fields
 */
function picked(from, fields) {
  /** @type {Record<string, unknown>} */
  const found = {};
  for (const [name, read] of Object.entries(fields)) {
    const value = read(from[name]);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** The part of a capture's circumstances that another process told, as far as it is what it should be. */
const CIRCUMSTANCES = ['capturedAt', 'pid', 'startedAt', 'processKey', 'threadId', 'threadName']
  .concat(['nodeVersion', 'v8Version', 'memoryUsage', 'reason', 'options'])
  .map((name) => [name, FIELDS[/** @type {keyof typeof FIELDS} */ (name)]]);

/** @param {any} told */
const knownFacts = (told) => picked(told ?? {}, Object.fromEntries(CIRCUMSTANCES));

/**
 * What the sidecar of a snapshot says; fields that are not what they should be are left out. Never throws.
 * @param {string} snapshot path of the snapshot
 * @returns {Promise<Sidecar | null>} null when there is none, it cannot be read, is not ours, or is of another file
 *   than the one that stands there now
 */
async function readMeta(snapshot) {
  const given = await readSidecar(sidecarOf(snapshot));
  if (given === null) return null;
  const sidecar = /** @type {Sidecar} */ (picked(given, FIELDS));
  const stats = await fs.stat(snapshot).catch(() => null);
  const ofAnother = stats !== null && sidecar.sizeBytes !== undefined && stats.size !== sidecar.sizeBytes;
  return ofAnother ? null : sidecar;
}

/**
 * The document of a sidecar as it stands there, if it is one of ours.
 * @param {string} file of the sidecar itself
 * @returns {Promise<object | null>}
 */
async function readSidecar(file) {
  try {
    const stats = await fs.stat(file);
    if (!stats.isFile() || stats.size > MOST_BYTES) return null;
    const given = JSON.parse(await fs.readFile(file, 'utf8'));
    return given?.tool?.name === 'heap-analyzer' && record(given) ? given : null;
  } catch {
    return null;
  }
}

module.exports = { knownFacts, readMeta, readSidecar, sidecarOf, sidecarText };
