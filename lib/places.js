// @ts-check
'use strict';

/**
 * Completes the places of findings from the source files.
 *
 * A snapshot knows a variable's name and the file of its scope, but neither the line that declares it nor the one that
 * adds to it. Where the file is at hand, a look at its text finds them.
 */

const path = require('node:path');
const { additionTo } = require('./additions');
const { lineOf } = require('./declarations');
const { readSource } = require('./source-text');

/**
 * Completes what findings say of the source, and names files as a person in this directory would.
 * @param {any[]} findings of the engine's answer; changed in place
 * @param {string} [directory]
 */
async function addPlaces(findings, directory = process.cwd()) {
  /** @type {Map<string, Promise<string | null>>} */
  const sources = new Map();
  const sourceOf = (/** @type {string} */ file) => {
    const source = sources.get(file) ?? readSource(file);
    sources.set(file, source);
    return source;
  };
  for (const finding of findings) {
    const { variable, place } = finding.holder;
    const code = variable && place ? await sourceOf(place.file) : null;
    const line = code === null ? null : lineOf(code, variable, place);
    if (line !== null && line !== place.line) {
      place.line = line;
      // The column was that of the scope's function, not of the variable.
      delete place.column;
    }
    if (place) finding.sentence = withPlace(finding.sentence, place);
    const addition = code === null ? null : additionTo(code, variable);
    if (addition !== null) {
      finding.addedIn = { place: { file: place.file, ...addition } };
      finding.sentence = withAddition(finding.sentence, finding.addedIn.place);
    }
    const shorten = (/** @type {string} */ text) => relativeFiles(text, directory);
    finding.sentence = shorten(finding.sentence);
    finding.evidence = finding.evidence.map(shorten);
    for (const hop of finding.path) hop.text = shorten(hop.text);
  }
}

/**
 * `… in /app/src/session.js grew …` with the line of the place.
 * @param {string} sentence
 * @param {{ file: string, line?: number }} place
 */
function withPlace(sentence, { file, line }) {
  if (line === undefined) return sentence;
  return sentence.replace(/ in (\S.*?)(?::\d+){0,2} grew /, (whole, shown) =>
    file.endsWith(shown) ? ` in ${file}:${line} grew ` : whole,
  );
}

/**
 * @param {string} sentence
 * @param {{ file: string, line: number, function?: string }} place
 */
function withAddition(sentence, { file, line, function: name }) {
  return `${sentence}; entries are added in ${name === undefined ? '' : `${name}() `}${file}:${line}`;
}

/**
 * @param {string} text
 * @param {string} directory
 * @returns {string} the text, files below the directory named relative to it
 */
function relativeFiles(text, directory) {
  const folder = directory.endsWith(path.sep) ? directory : directory + path.sep;
  if (folder === path.parse(folder).root) return text;
  return text.replaceAll(`file://${folder}`, '').replaceAll(folder, '');
}

module.exports = { addPlaces, withPlace, relativeFiles };
