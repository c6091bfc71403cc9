// @ts-check
'use strict';

/**
 * Which snapshots `find-leaks` is about, in which order: named one by one, as a list, or what lies in a directory.
 */

const fs = require('node:fs/promises');
const path = require('node:path');
const { HeapAnalyzerError, fromSystem } = require('../lib/errors');
const { count } = require('./render/numbers');

/**
 * @typedef {object} SeriesOptions
 * @property {string} [baseline]
 * @property {string} [target]
 * @property {string} [final]
 * @property {string[]} [snapshots]
 * @property {string} [snapshotDir]
 * @property {number} [pid]
 *
 * @typedef {{ files: string[], note?: string }} Series `note` says how the order came about, where that is a guess
 */

/** @param {string} message */
const usage = (message) => new HeapAnalyzerError('ERR_HEAP_USAGE', message);

/**
 * @param {SeriesOptions} options
 * @returns {Promise<Series>}
 */
async function openSeries({ baseline, target, final, snapshots, snapshotDir, pid }) {
  const named = baseline !== undefined || target !== undefined || final !== undefined;
  const ways = [
    named && '--baseline and --target',
    snapshots && '--snapshots',
    snapshotDir !== undefined && '--snapshot-dir',
  ].filter(Boolean);
  if (ways.length > 1) throw usage(`${ways.join(' and ')} cannot be given together`);
  if (pid !== undefined && snapshotDir === undefined) throw usage('--pid goes with --snapshot-dir');
  if (snapshotDir !== undefined) return fromDirectory(snapshotDir, pid);
  const files = snapshots ?? byName(baseline, target, final);
  if (files.length < 2) {
    throw usage('one snapshot shows no growth: find-leaks needs two or more of one process');
  }
  if (files.filter((file) => file === '-').length > 1) {
    throw usage('only one of the snapshots can be read from the pipe');
  }
  return { files };
}

/**
 * @param {string} [baseline]
 * @param {string} [target]
 * @param {string} [final]
 */
function byName(baseline, target, final) {
  if (baseline === undefined && target === undefined && final === undefined) {
    throw usage('which snapshots? Give --baseline A --target B, --snapshots A B C or --snapshot-dir DIR');
  }
  if (baseline === undefined) throw usage('--baseline is missing: the snapshot to compare with');
  if (target === undefined) throw usage('--target is missing: the snapshot after load');
  return final === undefined ? [baseline, target] : [baseline, target, final];
}

/**
 * What is known of a snapshot from outside of it.
 * @typedef {{ file: string, time: number, timed: boolean, pid?: number, threadId?: number }} Found
 */

const SNAPSHOT = /\.heapsnapshot(?:\.gz|\.zst)?$/;
/** Our names, `heap-<time>-<pid>-<thread>…`, and Node's, `Heap.<day>.<time>.<pid>.<thread>.<number>…`. */
const NAMES = [
  /^heap-(?<time>\d{8}T\d{9}Z)-(?<pid>\d+)-(?<thread>\d+)\b/,
  /^Heap\.\d{8}\.\d{6}\.(?<pid>\d+)\.(?<thread>\d+)\.\d+\./,
];

/**
 * @param {string} directory
 * @param {number} [wanted]
 * @returns {Promise<Series>}
 */
async function fromDirectory(directory, wanted) {
  let names;
  try {
    names = (await fs.readdir(directory)).filter((name) => SNAPSHOT.test(name)).sort();
  } catch (error) {
    throw fromSystem(error, `read the directory ${directory}`);
  }
  const all = await Promise.all(names.map((name) => lookAt(path.join(directory, name))));
  const found = pick(all, directory, wanted);
  if (found.length < 2) {
    const of = wanted === undefined ? '' : ` of process ${wanted}`;
    const there = found.length === 0 ? 'no snapshot' : 'only one snapshot';
    throw usage(`${directory} has ${there}${of}: find-leaks needs two or more of one process`);
  }
  // By name among those of one time, so that the order is the same on every machine.
  found.sort((a, b) => a.time - b.time || (a.file < b.file ? -1 : 1));
  const files = found.map(({ file }) => file);
  if (found.every(({ timed }) => timed)) return { files };
  return {
    files,
    note: 'Taken in the order in which the files were written: not all of them tell when they were captured.',
  };
}

/**
 * @param {string} file
 * @returns {Promise<Found>}
 */
async function lookAt(file) {
  const named = NAMES.map((pattern) => pattern.exec(path.basename(file))?.groups).find(Boolean);
  const meta = await readMeta(`${file}.meta.json`);
  const capturedAt = Date.parse(meta?.capturedAt ?? timeIn(named?.time));
  const timed = !Number.isNaN(capturedAt);
  let time = capturedAt;
  if (!timed) {
    try {
      time = (await fs.stat(file)).mtimeMs;
    } catch (error) {
      throw fromSystem(error, `read ${file}`);
    }
  }
  const number = (/** @type {unknown} */ value) => (Number.isInteger(value) ? Number(value) : undefined);
  return {
    file,
    time,
    timed,
    pid: number(meta?.pid) ?? (named && Number(named.pid)),
    threadId: number(meta?.threadId) ?? (named && Number(named.thread)),
  };
}

/**
 * The time in a name of ours, as ISO 8601 has it.
 * @param {string} [digits] `20240131T235959123Z`
 */
const timeIn = (digits = '') => digits.replace(/(....)(..)(..)T(..)(..)(..)(...)Z/, '$1-$2-$3T$4:$5:$6.$7Z');

/**
 * What a capture wrote beside its snapshot. It is optional, so a broken one counts as none.
 * @param {string} file
 * @returns {Promise<any>}
 */
async function readMeta(file) {
  try {
    return JSON.parse(await fs.readFile(file, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * The snapshots of one process, and of one thread of it. Those that tell no process belong to the only one.
 * @param {Found[]} all
 * @param {string} directory
 * @param {number} [wanted]
 */
function pick(all, directory, wanted) {
  const found = wanted === undefined ? all : all.filter(({ pid }) => pid === wanted);
  const pids = distinct(found.map(({ pid }) => pid));
  if (pids.length > 1) {
    const list = pids.length > 6 ? `${pids.slice(0, 6).join(', ')}, …` : pids.join(', ');
    throw usage(
      `${directory} has snapshots of ${count(pids.length)} processes (${list}): choose one with --pid`,
    );
  }
  if (wanted !== undefined && found.length === 0) {
    const there = distinct(all.map(({ pid }) => pid));
    throw usage(
      `${directory} has no snapshot of process ${wanted}${there.length > 0 ? `, but of ${there.join(', ')}` : ''}`,
    );
  }
  if (distinct(found.map(({ threadId }) => threadId)).length > 1) {
    throw usage(
      `${directory} has snapshots of several threads, each with a heap of its own: name them with --snapshots`,
    );
  }
  return found;
}

/** @param {Array<number | undefined>} values */
const distinct = (values) =>
  [...new Set(values.filter((value) => value !== undefined))].sort((a, b) => Number(a) - Number(b));

module.exports = { openSeries, lookAt, SNAPSHOT };
