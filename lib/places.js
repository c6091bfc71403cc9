// @ts-check
'use strict';

/**
 * Completes the places of findings from the source files.
 *
 * A snapshot knows a variable's name and the file of its scope, but neither the line that declares it nor the one that
 * adds to it. Where the file is at hand, a look at its text finds them.
 */

const path = require('node:path');
const { additionAt } = require('./additions');
const { positionOf } = require('./declarations');
const { packageFolder, packageVersion } = require('./packages');
const { readMap } = require('./source-maps');
const { columnAt, lineAt, readSource } = require('./source-text');

/**
 * Completes what findings say of the source, and names files as a person in this directory would.
 * @param {any[]} findings of the engine's answer; changed in place
 * @param {{ directory?: string, sourceMaps?: string }} [options] `sourceMaps` is a folder with maps of bundles
 */
async function addPlaces(findings, { directory = process.cwd(), sourceMaps } = {}) {
  const sourceOf = remembered(readSource);
  const mapOf = remembered((file) => readMap(file, sourceMaps));
  const versionOf = remembered(packageVersion);
  for (const finding of findings) {
    const { place } = finding.holder;
    const shown = place?.file;
    const code = place ? await sourceOf(place.file) : null;
    const positions = code === null ? {} : addLines(finding, code);
    await mapBack(finding, code, positions, mapOf);
    if (place) finding.sentence = withPlace(finding.sentence, place, shown);
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
 * @returns {{ declared?: number, added?: number }} offsets in the code
 */
function addLines(finding, code) {
  const { variable, place, count } = finding.holder;
  if (!variable) return {};
  const declared = positionOf(code, variable, place) ?? undefined;
  const line = declared === undefined ? null : lineAt(code, declared);
  if (line !== null && line !== place.line) {
    place.line = line;
    // The column was that of the scope's function, not of the variable.
    delete place.column;
  }
  // Of several holders the name is that of what they hang on, and what adds to it adds holders.
  const addition = count === undefined ? additionAt(code, variable) : null;
  if (addition === null) return { declared };
  const { file, package: name } = place;
  const { position, ...rest } = addition;
  const of = name === undefined ? {} : { package: name };
  finding.addedIn = { place: { file, line: lineAt(code, position), ...rest, ...of } };
  return { declared, added: position };
}

/**
 * Where there are source maps: the places in what was written, and the name of the variable there.
 * @param {any} finding
 * @param {string | null} code of the file in which the holder is declared
 * @param {{ declared?: number, added?: number }} positions in it
 * @param {(file: string) => Promise<import('./source-maps').Lookup | null>} mapOf
 */
async function mapBack(finding, code, { declared, added }, mapOf) {
  const { holder, allocatedIn, addedIn } = finding;
  if (allocatedIn?.place.line !== undefined) {
    const { line, column = 1 } = allocatedIn.place;
    moveTo(allocatedIn.place, (await mapOf(allocatedIn.place.file))?.(line, column));
  }
  const map = code === null ? null : await mapOf(holder.place.file);
  if (map === null || code === null) return;
  const at = (/** @type {number} */ position) => map(lineAt(code, position), columnAt(code, position));
  if (added !== undefined) moveTo(addedIn.place, at(added));
  if (declared === undefined) return;
  const [root] = /^[\p{ID_Continue}$]*/u.exec(holder.variable) ?? [''];
  const original = at(declared - root.length + 1) ?? at(declared);
  moveTo(holder.place, original);
  const name = original?.name;
  if (!name || name === root) return;
  const renamed = name + holder.variable.slice(root.length);
  finding.sentence = finding.sentence.replace(`"${holder.variable}"`, `"${renamed}"`);
  finding.evidence = finding.evidence.map((/** @type {string} */ text) =>
    text.replace(`\`${holder.variable}\``, `\`${renamed}\``),
  );
  holder.variable = renamed;
}

/**
 * @param {any} place becomes the original one, and keeps where the running code is
 * @param {import('./source-maps').Original | null | undefined} original
 */
function moveTo(place, original) {
  if (!original) return;
  const { file, line, column } = place;
  place.generated = {
    file,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
  place.file = original.file;
  place.line = original.line;
  place.column = original.column;
  // The name of the function is that of the bundle, which is short for nothing.
  delete place.function;
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
 * `… in /app/src/session.js grew …`, of a hint `… has …`, with the line of the place.
 * @param {string} sentence
 * @param {{ file: string, line?: number }} place
 * @param {string} [told] the file that the sentence tells, or ends with
 */
function withPlace(sentence, { file, line }, told = file) {
  if (line === undefined) return sentence;
  return sentence.replace(/ in (\S.*?)(?::\d+){0,2} (grew|has) /, (whole, shown, verb) =>
    told.endsWith(shown) ? ` in ${file}:${line} ${verb} ` : whole,
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
