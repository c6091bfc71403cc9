// @ts-check
'use strict';

/**
 * The answers of a command as a page. A report has no engine behind it, so it carries what a reader will want to see
 * next: to a verdict the comparison and the last heap, to a comparison the heap it led to.
 */

const { analyzeInput, compareInputs } = require('../analysis');
const { filesOf, reportHtml } = require('./page');
const { SECTIONS } = require('../sections');
const { sourcesOf } = require('./sources');

/** Biggest objects, equal strings, rows of packages: more than anybody reads, few enough for a file. */
const ROWS = 100;
/** Classes and rows of a comparison; a heap of many libraries has some thousands. */
const CLASSES = 5000;

/**
 * What is asked of a heap for a page.
 * @param {object} options of the analysis: `threads`, `cache`, `signal`, `onProgress`, `sourceMaps`
 * @param {number} [top] rows that are wanted otherwise
 */
const wholeAnalysis = (options, top = 0) => ({
  ...options,
  top: Math.max(ROWS, top),
  all: true,
  sections: SECTIONS,
});

/**
 * Of an analysis that was made for a page, what would have been asked for without one.
 * @param {any} answer
 * @param {{ top?: number, all?: boolean, sections: string[] }} asked
 */
function narrowAnalysis(answer, { top = 25, all = false, sections }) {
  const few = (/** @type {any[]} */ rows) => (all ? rows : rows.slice(0, top));
  const shown = { ...answer, classes: few(answer.classes), biggest: answer.biggest.slice(0, top) };
  const drop = (/** @type {string[]} */ names) => names.forEach((name) => delete shown[name]);
  if (sections.includes('packages')) {
    shown.packages = few(shown.packages);
    shown.modules = few(shown.modules);
  } else drop(['packages', 'packageCount', 'modules', 'moduleCount']);
  if (sections.includes('duplicates')) shown.duplicateStrings = shown.duplicateStrings.slice(0, top);
  else drop(['duplicateStrings', 'duplicateStringCount', 'duplicateStringBytes']);
  if (!sections.includes('map')) drop(['map']);
  if (!sections.includes('hints')) drop(['findings']);
  return shown;
}

/**
 * The same of a comparison.
 * @param {any} answer
 * @param {{ top?: number, all?: boolean, growth: boolean }} asked
 */
function narrowComparison({ growth, ...answer }, { top, all, growth: wanted }) {
  const rows = all || top === undefined ? answer.rows : answer.rows.slice(0, top);
  return { ...answer, rows, ...(wanted ? { growth } : {}) };
}

/** @param {any} analysis */
const bounded = (analysis) => ({ ...analysis, classes: analysis.classes.slice(0, CLASSES) });

/**
 * One answer, whatever it has, as a page: for whoever has it and no snapshot any more.
 * @param {any} answer
 * @param {import('./kinds').Kind} kind
 */
function answerReport(answer, kind) {
  const last = answer.snapshots.length - 1;
  const [home, question] = {
    leaks: ['verdict', 'leaks'],
    comparison: ['comparison', `comparison/0/${last}`],
    analysis: ['overview', `analysis/${last}`],
  }[kind];
  return reportHtml({
    mode: 'report',
    command: kind,
    home,
    files: filesOf(answer.snapshots),
    questions: [question],
    answers: { [question]: answer },
  });
}

/**
 * @param {any} analysis that of {@link wholeAnalysis}
 * @returns {Promise<string>}
 */
async function analysisReport(analysis) {
  return reportHtml({
    mode: 'report',
    command: 'analyze',
    home: 'overview',
    made: new Date().toISOString(),
    files: filesOf(analysis.snapshots),
    questions: ['analysis/0'],
    answers: { 'analysis/0': bounded(analysis) },
    sources: await sourcesOf(analysis.findings ?? []),
  });
}

/**
 * @param {any} comparison with all rows
 * @param {import('../native').Input} target
 * @param {any} options see {@link wholeAnalysis}
 * @returns {Promise<string>}
 */
async function comparisonReport(comparison, target, options) {
  const analysis = await analyzeInput(target, wholeAnalysis(options), true);
  return reportHtml({
    mode: 'report',
    command: 'compare',
    home: 'comparison',
    made: new Date().toISOString(),
    files: filesOf(comparison.snapshots),
    questions: ['comparison/0/1', 'analysis/1'],
    answers: {
      'comparison/0/1': { ...comparison, rows: comparison.rows.slice(0, CLASSES) },
      'analysis/1': bounded(analysis),
    },
    sources: await sourcesOf(analysis.findings ?? []),
  });
}

/**
 * @param {any} leaks the answer of findLeaks
 * @param {Array<import('../native').Input>} inputs
 * @param {any} options see {@link wholeAnalysis}
 * @returns {Promise<string>}
 */
async function leaksReport(leaks, inputs, options) {
  const last = inputs.length - 1;
  const { sourceMaps, ...compared } = options;
  const comparison = await compareInputs(inputs[0], inputs[last], { ...compared, growth: true }, true);
  const analysis = await analyzeInput(inputs[last], wholeAnalysis({ ...compared, sourceMaps }), true);
  return reportHtml({
    mode: 'report',
    command: 'find-leaks',
    home: 'verdict',
    made: new Date().toISOString(),
    files: filesOf(leaks.snapshots),
    questions: ['leaks', `comparison/0/${last}`, `analysis/${last}`],
    answers: {
      leaks,
      [`comparison/0/${last}`]: { ...comparison, rows: comparison.rows.slice(0, CLASSES) },
      [`analysis/${last}`]: bounded(analysis),
    },
    sources: await sourcesOf([...leaks.findings, ...(analysis.findings ?? [])]),
  });
}

module.exports = {
  wholeAnalysis,
  narrowAnalysis,
  narrowComparison,
  answerReport,
  analysisReport,
  comparisonReport,
  leaksReport,
};
