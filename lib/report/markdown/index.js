// @ts-check
'use strict';

/**
 * An answer as a Markdown document, for a pull request, a job's summary, an issue, or somebody's agent.
 *
 * Findings first, bounded in length, and nothing of the heap is markup. The same answer gives the same text.
 */

const { relativeFiles } = require('../../places');
const { count, counted, size } = require('../numbers');
const { UNITS_NOTE } = require('../words');
const { document, table } = require('./document');
const { cell } = require('./escape');

/** Snapshots of a series that are listed. */
const SNAPSHOTS = 20;

/**
 * @param {any} answer
 * @param {import('../kinds').Kind} kind
 * @param {{ maxLength?: number }} [options]
 * @returns {string}
 */
function markdown(answer, kind, { maxLength } = {}) {
  const { parts, notes } = writers[kind](answer);
  const { snapshots, tool } = answer;
  const shown = snapshots.slice(0, SNAPSHOTS);
  const more = snapshots.length - shown.length;
  const files = snapshotsTable(shown) + (more > 0 ? `\n\n${counted(more, 'more snapshot')}.` : '');
  const units = `${UNITS_NOTE} Ids are those of the snapshots: \`heap-analyzer inspect-object FILE --object-id @123\`.`;
  const ending = [...notes, { text: files, counts: 'list of snapshots' }];
  ending.push({ text: `${units} Written by heap-analyzer ${tool.version}.` });
  return document(parts, ending, maxLength);
}

/** @type {Record<import('../kinds').Kind, (answer: any) => { parts: import('./document').Part[], notes: import('./document').Part[] }>} */
const writers = {
  leaks: (answer) => require('./leaks').leaksParts(answer),
  comparison: (answer) => require('./heap').comparisonParts(answer),
  analysis: (answer) => require('./heap').analysisParts(answer),
};

/** @param {any[]} snapshots */
function snapshotsTable(snapshots) {
  return table(
    [
      {
        title: 'Snapshot',
        left: true,
        value: ({ path }) =>
          path === undefined ? '(no file)' : cell(relativeFiles(path, process.cwd()), 240),
      },
      { title: 'File', value: (row) => size(row.sizeBytes) },
      { title: 'Nodes', value: (row) => count(row.nodeCount) },
      { title: 'Edges', value: (row) => count(row.edgeCount) },
    ],
    snapshots,
  );
}

module.exports = { markdown };
