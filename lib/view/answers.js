// @ts-check
'use strict';

/**
 * What the viewer's page may ask about the snapshots it was opened with, by the name of the question. Answers are those of
 * the API, from the same functions; what was asked once is kept, and what is being asked is asked once.
 */

const { analyzeInput, compareInputs } = require('../analysis');
const { HeapAnalyzerError } = require('../errors');
const { findLeaksIn } = require('../leaks');
const { openInput } = require('../objects/open');
const { wholeAnalysis } = require('../report/html');
const { sourcesOf } = require('../report/sources');
const { intervalOf, samplesOf, timelineOf } = require('./timeline');

/** Objects whose answers are kept: as many as anybody goes back to. */
const OBJECTS = 300;
/** References of an object that its page has, and objects below one in the dominator tree. */
const ROWS = 500;
/** Heaps that stay open: each is in memory whole. The last of a series is what one walks through. */
const OPEN = 2;

/**
 * @param {string[]} files
 * @param {object} options of every question
 * @param {number} [options.threads]
 * @param {string} [options.sourceMaps]
 * @param {import('../indexing').Indexing} [options.cache]
 * @param {AbortSignal} [options.signal]
 * @param {(progress: { phase: string, fraction: number }) => unknown} [options.onProgress]
 */
function answersAbout(files, { sourceMaps, onProgress, ...given }) {
  /** What is under way, for the page to tell. @type {{ phase?: string, fraction?: number }} */
  let progress = {};
  const options = {
    ...given,
    onProgress(/** @type {{ phase: string, fraction: number }} */ told) {
      progress = told;
      onProgress?.(told);
    },
  };
  /** @type {Map<string, Promise<any>>} */
  const kept = new Map();
  const last = files.length - 1;

  /** @param {string} question @param {() => Promise<any>} find */
  const once = (question, find) => {
    const known = kept.get(question);
    if (known) return known;
    const finding = find();
    kept.set(question, finding);
    // What failed may be asked again.
    finding.catch(() => kept.delete(question));
    return finding;
  };

  const analysis = (/** @type {number} */ file) =>
    once(`analysis/${file}`, () =>
      analyzeInput(files[file], wholeAnalysis({ ...options, sourceMaps }), true),
    );
  const leaks = () => once('leaks', () => findLeaksIn(files, { ...options, sourceMaps }, true));
  const comparison = (/** @type {number} */ base, /** @type {number} */ target) =>
    once(`comparison/${base}/${target}`, () =>
      compareInputs(files[base], files[target], { ...options, growth: true }, true),
    );

  /** @type {Map<number, Promise<import('../objects/snapshot').HeapSnapshot>>} */
  const heaps = new Map();
  const heap = (/** @type {number} */ file) => {
    const opened = heaps.get(file) ?? openInput(files[file], options, true);
    heaps.delete(file);
    heaps.set(file, opened);
    opened.catch(() => heaps.delete(file));
    for (const [other, oldest] of [...heaps].slice(0, Math.max(0, heaps.size - OPEN))) {
      heaps.delete(other);
      // Who was still asking it is answered first.
      oldest.then((snapshot) => setTimeout(snapshot.close, 60_000).unref()).catch(() => {});
    }
    return opened;
  };
  const object = (/** @type {number} */ file, /** @type {string} */ id) => {
    const question = `object/${file}/${id}`;
    const asked = once(question, async () => {
      const snapshot = await heap(file);
      return snapshot.inspect(id, { limit: ROWS, signal: options.signal });
    });
    // The ones asked for longest ago make room.
    kept.delete(question);
    kept.set(question, asked);
    const objects = [...kept.keys()].filter((name) => name.startsWith('object/'));
    for (const name of objects.slice(0, Math.max(0, objects.length - OBJECTS))) kept.delete(name);
    return asked;
  };
  const below = async (/** @type {number} */ file, /** @type {string} */ id) => {
    const snapshot = await heap(file);
    const node = id === 'root' ? snapshot.root : snapshot.node(id);
    const { retainedSizes } = snapshot.columns;
    const all = [...node.dominated()].sort(
      (a, b) => retainedSizes[b.ordinal] - retainedSizes[a.ordinal] || a.ordinal - b.ordinal,
    );
    const children = all.slice(0, ROWS).map((one) => ({ node: one.toJSON() }));
    return { node: node.toJSON(), childCount: all.length, children };
  };
  const dominated = (/** @type {number} */ file, /** @type {string} */ id) =>
    id === 'root' ? once(`dominated/${file}/root`, () => below(file, id)) : below(file, id);

  const samples = (/** @type {number} */ file) =>
    once(`samples/${file}`, () => samplesOf(files[file], options.signal));
  const timeline = async (/** @type {number} */ file, /** @type {string | undefined} */ interval) => {
    const [notes, snapshot] = [await samples(file), await heap(file)];
    if (interval === undefined) return timelineOf(snapshot, notes);
    const at = Number(interval);
    if (!/^\d{1,9}$/.test(interval) || at >= notes.length) throw unknown(`there is no interval ${interval}`);
    return intervalOf(snapshot, notes, at);
  };

  /** @param {string} text */
  const fileOf = (text) => {
    const file = Number(text);
    if (!/^\d{1,3}$/.test(text) || file > last) throw unknown(`there is no snapshot ${text}`);
    return file;
  };

  /**
   * @param {string[]} parts of the question's name
   * @returns {Promise<any>}
   */
  async function answer([kind, ...parts]) {
    if (kind === 'leaks' && parts.length === 0 && last > 0) return leaks();
    if (kind === 'analysis' && parts.length === 1) return analysis(fileOf(parts[0]));
    if (kind === 'comparison' && parts.length === 2) return comparison(fileOf(parts[0]), fileOf(parts[1]));
    if (kind === 'object' && parts.length === 2) return object(fileOf(parts[0]), parts[1]);
    if (kind === 'dominated' && parts.length === 2) return dominated(fileOf(parts[0]), parts[1]);
    if (kind === 'timeline' && (parts.length === 1 || parts.length === 2))
      return timeline(fileOf(parts[0]), parts[1]);
    if (kind === 'progress' && parts.length === 0) return progress;
    if (kind === 'sources' && parts[0] !== 'sources') {
      const { findings = [] } = await answer(parts);
      return { sources: await sourcesOf(findings) };
    }
    throw unknown('there is no such question');
  }

  return {
    answer,
    /** Whether the last snapshot tells when its objects were made. */
    hasTimeline: async () => (await samples(last)).length > 1,
    /**
     * Begins what the page will ask for first, and opens the heap that one will walk through.
     * @param {() => Promise<unknown>} write the index of what was read, so that opening needs not read it again
     */
    async prepare(write) {
      if (last > 0) await leaks();
      await analysis(last);
      await write();
      await dominated(last, 'root');
    },
    async close() {
      for (const opened of heaps.values()) await opened.then((snapshot) => snapshot.close()).catch(() => {});
    },
  };
}

/** @param {string} message */
const unknown = (message) => Object.assign(new HeapAnalyzerError('ERR_HEAP_USAGE', message), { status: 404 });

module.exports = { answersAbout };
