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
const { packageFolder, packageVersion } = require('./packages');
const { readSource } = require('./source-text');

/**
 * Completes what findings say of the source, and names files as a person in this directory would.
 * @param {any[]} findings of the engine's answer; changed in place
 * @param {string} [directory]
 */
async function addPlaces(findings, directory = process.cwd()) {
  const sourceOf = remembered(readSource);
  const versionOf = remembered(packageVersion);
  for (const finding of findings) {
    const { place } = finding.holder;
    const code = place ? await sourceOf(place.file) : null;
    if (code !== null) addLines(finding, code);
    if (place) finding.sentence = withPlace(finding.sentence, place);
    if (finding.addedIn) finding.sentence = withAddition(finding.sentence, finding.addedIn.place);
    /** @type {Map<string, string>} folders of packages, and what they are called in words */
    const packages = new Map();
    for (const known of [place, finding.allocatedIn?.place, finding.addedIn?.place]) {
      if (!known?.package) continue;
      const folder = packageFolder(known.file, known.package);
      known.package = (await versionOf(known.file, known.package)) ?? known.package;
      if (folder !== null) packages.set(folder, `${known.package}/`);
    }
    const worded = (/** @type {string} */ text) => {
      for (const [folder, name] of packages) text = text.replaceAll(folder, name);
      return relativeFiles(text, directory);
    };
    finding.sentence = worded(finding.sentence);
    finding.evidence = finding.evidence.map(worded);
    for (const hop of finding.path) hop.text = worded(hop.text);
  }
}

/**
 * The lines that declare a holder and add to it.
 * @param {any} finding
 * @param {string} code of the file in which the holder is declared
 */
function addLines(finding, code) {
  const { variable, place, count } = finding.holder;
  if (!variable) return;
  const line = lineOf(code, variable, place);
  if (line !== null && line !== place.line) {
    place.line = line;
    // The column was that of the scope's function, not of the variable.
    delete place.column;
  }
  // Of several holders the name is that of what they hang on, and what adds to it adds holders.
  const addition = count === undefined ? additionTo(code, variable) : null;
  if (addition === null) return;
  const { file, package: name } = place;
  finding.addedIn = { place: { file, ...addition, ...(name === undefined ? {} : { package: name }) } };
}

/**
 * Many findings are about few files.
 * @template T
 * @param {(file: string, ...more: string[]) => Promise<T>} read
 * @returns {(file: string, ...more: string[]) => Promise<T>}
 */
function remembered(read) {
  /** @type {Map<string, Promise<T>>} */
  const known = new Map();
  return (file, ...more) => {
    const answer = known.get(file) ?? read(file, ...more);
    known.set(file, answer);
    return answer;
  };
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
