// @ts-check
'use strict';

/**
 * What the demo says: each step when it is done, the comparison, and in plain words what it means.
 */

const path = require('node:path');
const { renderComparison } = require('../render/comparison');
const { count, counted, duration, signedSize, size } = require('../render/numbers');
const { clean, fit, padEnd, padStart, width } = require('../render/text');

/** @param {import('../render/style').Style} style */
function opening({ colors }) {
  return [
    colors.bold('A small web shop runs in a child process. It has a memory leak. Let us find it.'),
    '',
    '',
  ].join('\n');
}

/**
 * @param {string} name of the snapshot
 * @param {number} visits
 * @param {any} capture
 * @param {import('../render/style').Style} style
 */
function step(name, visits, capture, { colors }) {
  const figures = `${size(capture.sizeBytes)}, pause ${duration(capture.pauseMs)}`;
  return `  ${padStart(counted(visits, 'visit'), 12)}  then snapshot ${colors.bold(padEnd(name, 8))}  ${colors.dim(figures)}\n`;
}

/**
 * @param {any} answer of the comparison
 * @param {object} run
 * @param {number} run.visits between the two snapshots
 * @param {string | null} run.keptIn
 * @param {import('../render/style').Style} style
 */
function ending(answer, { visits, keptIn }, style) {
  return [
    '',
    renderComparison(answer, style),
    style.colors.bold('In plain words'),
    '',
    ...wrap(plainWords(answer, visits), style.width - 2).map((line) => `  ${line}`),
    '',
    ...lookYourself(keptIn),
    '',
  ].join('\n');
}

/**
 * @param {any} answer
 * @param {number} visits
 */
function plainWords({ totals, growth }, visits) {
  const sentences = [
    `The heap grew by ${signedSize(totals.delta.selfSize).replace('+', '')} over ${count(visits)} visits.`,
  ];
  const biggest = growth?.[0];
  if (biggest) {
    const { name, countDelta, sizeDelta, holder, heldCount } = biggest;
    sentences.push(
      `The class that grew most is ${clean(name)}: ${counted(countDelta, 'object')} more, ${size(sizeDelta)}.`,
    );
    if (holder) {
      sentences.push(
        `${heldCount === countDelta ? 'All' : count(heldCount)} of them are held by one object that was there ` +
          'before the visits began: ' +
          `${clean(holder.name || holder.class)} @${holder.id}${knownAs(biggest.path)}. Cut that, and they go.`,
      );
    }
  }
  sentences.push(
    'In the source that is `sessions` in cli/demo/app.js: login() adds to it, and logout() never removes.',
  );
  return sentences.join(' ');
}

/**
 * The name that the last hop of a path gives to its object.
 * @param {any[] | undefined} hops
 */
function knownAs(hops) {
  const edge = hops?.[hops.length - 1]?.edge;
  if (edge?.kind === 'context') return `, the variable \`${clean(edge.name)}\``;
  return edge?.kind === 'property' ? `, the property \`${clean(edge.name)}\`` : '';
}

/** @param {string | null} keptIn */
function lookYourself(keptIn) {
  if (keptIn === null) {
    return ['  To keep the snapshots, and look for yourself:', '    heap-analyzer demo --keep snapshots'];
  }
  const file = (/** @type {string} */ name) => path.join(keptIn, `${name}.heapsnapshot`);
  return [
    `  The three snapshots are in ${keptIn}. Look for yourself:`,
    `    heap-analyzer compare ${file('baseline')} ${file('final')}`,
    `    heap-analyzer analyze ${file('final')}`,
  ];
}

/**
 * @param {string} text
 * @param {number} columns
 * @returns {string[]}
 */
function wrap(text, columns) {
  const lines = [''];
  for (const word of text.split(' ').map((part) => fit(part, columns))) {
    const line = lines[lines.length - 1];
    if (line !== '' && width(line) + 1 + width(word) > columns) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

module.exports = { opening, step, ending };
