// @ts-check
'use strict';

/**
 * All about one object of a snapshot, as a promise. Documented for users in index.d.ts.
 *
 * The engine answers for the heap. What the source files add, the line that declares a variable and the version of a
 * package, is added here.
 */

const { lineOf } = require('./declarations');
const { runTask } = require('./engine');
const { forEngine, readCache } = require('./indexing');
const { readObjectId } = require('./object-id');
const { abortSignal, callback, flag, integer, readInput, readOptions } = require('./options');
const { packageVersion } = require('./packages');
const { relativeFiles } = require('./places');
const { readSource } = require('./source-text');

/** Rows and characters are counted in 32 bits by the engine. */
const MOST = 0xffffffff;

/** @param {unknown} given */
const readInspectOptions = (given) =>
  readOptions('inspectObject', given, {
    limit: integer(0, MOST),
    textLimit: integer(0, MOST),
    paths: integer(1, 100),
    hidden: flag,
    rawPaths: flag,
    threads: integer(1, 256),
    cache: readCache,
    signal: abortSignal,
    onProgress: callback,
  });

/** @typedef {ReturnType<typeof readInspectOptions>} InspectOptions */

/**
 * @param {unknown} input
 * @param {unknown} objectId a number, or as text: `@123`, `123`
 * @param {unknown} [options]
 * @returns {Promise<any>}
 */
async function inspectObject(input, objectId, options) {
  const read = readInspectOptions(options);
  return inspectInput(readInput(input, 'input'), readObjectId(objectId), read, false);
}

/**
 * @param {import('./native').Input} input
 * @param {number} id
 * @param {InspectOptions} options
 * @param {boolean} map see analyzeInput
 */
async function inspectInput(input, id, { signal, onProgress, limit, cache, ...options }, map) {
  const indexing = forEngine(cache);
  const asked = { ...options, top: limit, map, ...indexing.options };
  const answer = await runTask(
    (native, cancel, progress) => native.inspectObject(input, id, asked, cancel, progress, indexing.keeper),
    { signal, onProgress },
  );
  await addSources(answer);
  return answer;
}

/**
 * Completes places from the source files, and names files in sentences as a person in this directory would.
 * @param {any} answer changed in place
 * @param {string} [directory]
 */
async function addSources(answer, directory = process.cwd()) {
  const { node, paths, holders, allocation = [] } = answer;
  const declared = node.variable?.place;
  if (declared) {
    const code = await readSource(declared.file);
    const line = code === null ? null : lineOf(code, node.variable.name, declared);
    if (line !== null && line !== declared.line) {
      declared.line = line;
      // The column was that of the scope's function, not of the variable.
      delete declared.column;
      answer.sentence = answer.sentence.replace(` in ${declared.file}`, ` in ${declared.file}:${line}`);
    }
  }
  const ways = [...paths, ...(holders.cut?.besides ? [holders.cut.besides] : [])].flat();
  const places = [node.place, declared, ...ways.map((hop) => hop.place), ...allocation];
  /** @type {Map<string, Promise<string | null>>} paths go through few packages */
  const versions = new Map();
  for (const place of places) {
    if (!place?.package) continue;
    const known = versions.get(place.file) ?? packageVersion(place.file, place.package);
    versions.set(place.file, known);
    place.package = (await known) ?? place.package;
  }
  answer.sentence = relativeFiles(answer.sentence, directory);
  if (holders.cut) holders.cut.text = relativeFiles(holders.cut.text, directory);
}

module.exports = { addSources, inspectObject, inspectInput };
