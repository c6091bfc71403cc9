// @ts-check
'use strict';

/**
 * Findings as SARIF 2.1.0, which GitHub's code scanning and editors read: each kind of mistake is a rule, each finding a
 * result at its place in source, recognised in the next run by its fingerprint.
 */

const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { fails } = require('../../failing');
const { clean } = require('../clean');
const { docsUrl } = require('../docs-url');
const { prose } = require('../markdown/escape');
const { gradeWords, headline, hopWords } = require('../words');

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const HOME = 'https://www.npmjs.com/package/heap-analyzer';

/** What names of files are relative to: whoever shows the results puts the checkout there. */
const BASE = '%SRCROOT%';

/**
 * @param {any} answer of findLeaks
 * @param {{ failOn?: import('../../failing').FailOn }} options
 * @returns {string}
 */
function sarif(answer, { failOn = 'likely' }) {
  const { findings, tool, conclusive, warnings = [] } = answer;
  /** @type {string[]} */
  const patterns = [...new Set(findings.map((/** @type {any} */ finding) => finding.pattern))].sort();
  const results = findings.map((/** @type {any} */ finding) => resultOf(finding, patterns, failOn));
  const notes = warnings.map((/** @type {string} */ warning) => ({
    level: conclusive === false ? 'error' : 'warning',
    message: { text: literal(warning) },
  }));
  const driver = {
    name: tool.name,
    version: tool.version,
    semanticVersion: tool.version,
    informationUri: HOME,
    rules: patterns.map((pattern) =>
      ruleOf(findings.find((/** @type {any} */ finding) => finding.pattern === pattern)),
    ),
  };
  const run = {
    tool: { driver },
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { [BASE]: { description: { text: 'The folder in which heap-analyzer ran.' } } },
    invocations: [{ executionSuccessful: conclusive !== false, toolExecutionNotifications: notes }],
    properties: { verdict: answer.verdict, summary: clean(headline(answer)) },
    results,
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

/** @param {any} finding one of the rule */
function ruleOf({ pattern, title, advice, docs }) {
  const name = pattern.replace(/(?:^|-)([a-z])/g, (/** @type {string} */ _, /** @type {string} */ letter) =>
    letter.toUpperCase(),
  );
  return {
    id: pattern,
    name,
    shortDescription: { text: literal(title) },
    fullDescription: { text: literal(title) },
    helpUri: docsUrl(docs),
    help: {
      text: literal(advice),
      markdown: `${prose(advice)}\n\n[More on this kind of mistake](${docsUrl(docs)})`,
    },
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['memory', 'memory-leak'] },
  };
}

/**
 * @param {any} finding
 * @param {string[]} patterns the rules in their order
 * @param {import('../../failing').FailOn} failOn
 */
function resultOf(finding, patterns, failOn) {
  const { pattern, grade, fingerprint, holder, entries, bytes, retainers, addedIn, allocatedIn, accepted } =
    finding;
  const places = [holder.place, addedIn?.place, allocatedIn?.place];
  const shown = places.map(physical);
  const first = shown.find((place) => place !== null);
  const more = [
    ['entries are added here', shown[1]],
    ['entries are made here', shown[2]],
  ].flatMap(([text, place]) =>
    place && place !== first ? [{ physicalLocation: place, message: { text } }] : [],
  );
  return {
    ruleId: pattern,
    ruleIndex: patterns.indexOf(pattern),
    ...levelOf(finding, failOn),
    message: { text: messageOf(finding) },
    locations: [{ ...(first ? { physicalLocation: first } : {}), logicalLocations: [logical(holder)] }],
    ...(more.length > 0
      ? { relatedLocations: more.map((location, index) => ({ id: index + 1, ...location })) }
      : {}),
    partialFingerprints: {
      'heapAnalyzerFingerprint/v1': fingerprint,
      // The one that GitHub goes by. Its own would be a hash of the line, and so change with an edit.
      primaryLocationLineHash: fingerprint,
    },
    ...(finding.status === 'known' ? { suppressions: [suppression(accepted)] } : {}),
    properties: {
      grade,
      entriesPerSnapshot: entries.perSnapshot,
      retainedBytes: bytes.retained,
      cutFrees: retainers.cutFrees,
    },
  };
}

/**
 * What fails the command is an error.
 * @param {any} finding
 * @param {import('../../failing').FailOn} failOn
 */
function levelOf(finding, failOn) {
  // An accepted one is as serious as ever; that it does not count is what its suppression says.
  if (fails({ ...finding, status: undefined }, failOn)) return { level: 'error' };
  if (finding.grade === 'drained') return { kind: 'informational', level: 'none' };
  return { level: finding.grade === 'growth' ? 'note' : 'warning' };
}

/** @param {any} finding */
function messageOf(finding) {
  const { sentence, evidence, path: hops, advice, docs, fingerprint } = finding;
  return [
    sentence,
    '',
    gradeWords(finding),
    ...evidence.map((/** @type {string} */ text) => `- ${text}`),
    `Path: ${hopWords(hops).join(' → ')}`,
    `What to do: ${advice}`,
    `More: ${docsUrl(docs)}`,
    `To accept it: ${fingerprint}`,
  ]
    .map(literal)
    .join('\n');
}

/** Square brackets make links in messages, unless they are escaped. @param {string} text */
const literal = (text) => clean(text).replace(/[\\[\]]/g, '\\$&');

/** @param {any} [accepted] the entry of the file of accepted leaks */
function suppression({ why, since } = /** @type {any} */ ({})) {
  const words = [why, since && `accepted since ${since}`].filter(Boolean).map(clean);
  const justification = words.length > 0 ? { justification: words.join('; ') } : {};
  return { kind: 'external', ...justification };
}

/** @param {any} holder */
function logical({ variable, class: name, id }) {
  const called = clean(variable ?? `${name} @${id}`);
  return { name: called, fullyQualifiedName: called, kind: variable === undefined ? 'object' : 'variable' };
}

/**
 * @param {any} [place]
 * @returns {any} null for what is in no file, such as Node's own modules
 */
function physical(place) {
  if (place === undefined) return null;
  const artifactLocation = artifact(place.file);
  if (artifactLocation === null) return null;
  const { line, column } = place;
  if (line === undefined) return { artifactLocation };
  const region = { startLine: line, ...(column === undefined ? {} : { startColumn: column }) };
  return { artifactLocation, region };
}

/**
 * @param {string} name as a snapshot has it: a path, or a URL
 * @returns {{ uri: string, uriBaseId?: string } | null}
 */
function artifact(name) {
  let file = name;
  if (name.startsWith('file:')) {
    try {
      file = fileURLToPath(name);
    } catch {
      return null;
    }
  }
  if (path.isAbsolute(file)) {
    const relative = path.relative(process.cwd(), file);
    if (relative.startsWith('..') || path.isAbsolute(relative)) return { uri: pathToFileURL(file).href };
    return { uri: encoded(relative.split(path.sep)), uriBaseId: BASE };
  }
  if (/^[a-z][a-z0-9+.-]+:/i.test(file)) {
    // `https://…` and `webpack://…` are places, `node:fs` is none.
    return URL.canParse?.(file) && file.includes('://') ? { uri: new URL(file).href } : null;
  }
  return { uri: encoded(file.split(/[\\/]/)), uriBaseId: BASE };
}

/** @param {string[]} names of folders and a file */
const encoded = (names) =>
  names.map((name) => encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\ufffd'))).join('/');

module.exports = { sarif, artifact };
