// @ts-check
'use strict';

/**
 * The answer of `inspect-object` as a person reads it, on one screen: the sentence that says it all, what it is, why
 * it is alive, what it refers to, what refers to it, what it keeps alive.
 */

const { snapshotLines, UNITS_NOTE } = require('./analysis');
const { count, counted, size } = require('./numbers');
const { pathLines } = require('./path');
const { table } = require('./table');
const { clean, fit, padEnd, wrap } = require('./text');

/** Columns before the facts about the object. */
const GUTTER = 13;
/** Lines of a string's text, unless all of it is asked for. */
const LINES_OF_TEXT = 6;
/** Functions of an allocation stack, the innermost. */
const FRAMES = 8;

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 * @param {{ fullText?: boolean }} [options]
 * @returns {string}
 */
function renderObject(answer, style, { fullText = false } = {}) {
  const { bold } = style.colors;
  const lines = [
    ...wrap(clean(answer.sentence), style.width).map((line) => bold(line)),
    '',
    ...factLines(answer, style),
    ...valueLines(answer.node.value, style, fullText),
    ...pathSection(answer, style),
    ...allocationLines(answer.allocation, style),
    ...references('Refers to', answer.properties, answer.propertyCount, style, false),
    ...references('Referred to by', answer.retainers, answer.retainerCount, style, true),
    ...dominatorLines(answer, style),
    ...dominatedLines(answer.dominated, style),
    '',
    style.colors.dim(UNITS_NOTE),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 */
function factLines({ node, snapshots }, style) {
  const { dim } = style.colors;
  const room = style.width - GUTTER;
  const { variable, place, detachedness, entries } = node;
  const what = [node.type, ...(node.class === node.name ? [] : [`class ${node.class}`])];
  if (detachedness !== 'unknown') what.push(detachedness);
  if (entries !== undefined) what.push(entries === 1 ? '1 entry' : `${count(entries)} entries`);
  /** @type {Array<[string, string]>} */
  const facts = [
    ['Object', label(node)],
    ['Type', what.join(', ')],
    ['Size', `${size(node.retainedSize)} retained, ${size(node.selfSize)} of it shallow`],
    ['Distance', distance(node.distance)],
  ];
  if (variable)
    facts.push(['Name', variable.name + (variable.place ? `  ${placeText(variable.place)}` : '')]);
  if (place) facts.push([node.type === 'closure' ? 'Function' : 'Class from', placeText(place)]);
  const [file, figures] = snapshotLines('', snapshots[0], { ...style, width: room });
  return [
    ...facts.flatMap(([name, text]) =>
      // An object's own name may be anything; what else there is to say is shown whole.
      (name === 'Object' ? [fit(clean(text), room)] : wrap(clean(text), room)).map(
        (line, index) => dim(padEnd(index === 0 ? name : '', GUTTER)) + line,
      ),
    ),
    dim(padEnd('Snapshot', GUTTER)) + file,
    ' '.repeat(GUTTER) + dim(figures),
  ];
}

/** @param {any} place */
function placeText({ file, line, column, function: name, package: from }) {
  const at = [file, ...(line === undefined ? [] : [line]), ...(column === undefined ? [] : [column])].join(
    ':',
  );
  return [at, ...(name ? [`${name}()`] : []), ...(from ? [`(${from})`] : [])].join(' ');
}

/**
 * @param {any} value
 * @param {import('./style').Style} style
 * @param {boolean} whole
 */
function valueLines(value, style, whole) {
  if (!value) return [];
  const { dim } = style.colors;
  const room = style.width - 2;
  // Line by line, as the string has them; what a terminal would act upon is taken out of each.
  const all = value.text.split(/\r\n|\n|\r/).flatMap((/** @type {string} */ line) => wrap(clean(line), room));
  const shown = whole ? all : all.slice(0, LINES_OF_TEXT);
  const notes = [];
  if (value.length !== undefined) notes.push(counted(value.length, 'character'));
  if (value.truncated || shown.length < all.length)
    notes.push('the beginning is shown; --full-text shows all');
  if (value.sliceOf !== undefined)
    notes.push(`a part of @${value.sliceOf}, all of which is shown: a snapshot does not say which part`);
  if (value.cutParts !== undefined)
    notes.push(
      value.cutParts === 1
        ? 'longer in the program: V8 writes the first 1,024 of a string'
        : `longer in the program: V8 wrote the first 1,024 of ${count(value.cutParts)} of its parts`,
    );
  const note = notes.length > 0 ? wrap(`(${notes.join('; ')})`, style.width) : [];
  return [
    '',
    heading('Value', value.type, style),
    ...shown.map((/** @type {string} */ line) => `  ${line}`),
    ...note.map((line) => dim(line)),
  ];
}

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 */
function pathSection({ paths, holders }, style) {
  const { dim } = style.colors;
  const { independent, orMore, shared, cut } = holders;
  if (paths.length === 0) return [];
  const meet = shared ? `, which meet in @${shared.id}` : '';
  const about =
    independent > 1
      ? `${count(independent)}${orMore ? ' or more' : ''} independent holders${meet}`
      : 'one holder';
  const ways = paths.flatMap((/** @type {any} */ path, /** @type {number} */ index) =>
    numbered(path, paths.length > 1 ? `${index + 1}. ` : '', style),
  );
  const besides = cut?.besides
    ? ['', dim('  Besides, left out of retained sizes:'), ...numbered(cut.besides, '', style)]
    : [];
  return ['', heading('Why it is alive', about, style), ...ways, ...besides];
}

/**
 * @param {any[]} path
 * @param {string} label
 * @param {import('./style').Style} style
 */
function numbered(path, label, style) {
  const indent = ' '.repeat(2 + label.length);
  return pathLines(path, style.width, indent).map((line, index) =>
    index === 0 ? `  ${label}${line.slice(indent.length)}` : line,
  );
}

/**
 * @param {any[] | undefined} frames
 * @param {import('./style').Style} style
 */
function allocationLines(frames, style) {
  if (!frames) return [];
  const lines = frames.slice(0, FRAMES).map(({ function: name, file, line, column }) => {
    const at = file === undefined ? '' : placeText({ file, line, column });
    return `  ${fit(clean([name ?? '(anonymous)', at].filter(Boolean).join('  ')), style.width - 2)}`;
  });
  const left = frames.length - lines.length;
  return [
    '',
    heading('Allocated by', 'innermost first', style),
    ...lines,
    ...(left > 0 ? [style.colors.dim(`  … ${count(left)} more`)] : []),
  ];
}

/**
 * @param {string} title
 * @param {any[]} rows
 * @param {number} all
 * @param {import('./style').Style} style
 * @param {boolean} withDistance
 */
function references(title, rows, all, style, withDistance) {
  if (all === 0) return [];
  const columns = [
    { title: 'NAME', left: true, value: (/** @type {any} */ row) => fit(clean(row.name), 24) },
    { title: 'KIND', left: true, optional: true, value: (/** @type {any} */ row) => row.kind },
    { title: 'OBJECT', name: true, value: (/** @type {any} */ row) => label(row.node) },
    ...(withDistance
      ? [{ title: 'DISTANCE', optional: true, value: (/** @type {any} */ row) => distance(row.distance) }]
      : []),
    { title: 'RETAINED', value: (/** @type {any} */ row) => size(row.node.retainedSize) },
  ];
  return ['', heading(title, shownOf(rows.length, all), style), ...table(columns, rows, style)];
}

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 */
function dominatorLines({ dominators, dominatorCount }, style) {
  if (dominatorCount === 0) return [];
  const columns = [
    { title: 'OBJECT', name: true, value: label },
    { title: 'RETAINED', value: (/** @type {any} */ node) => size(node.retainedSize) },
  ];
  const about = `nearest first, ${shownOf(dominators.length, dominatorCount)}`;
  return ['', heading('Depends on', about, style), ...table(columns, dominators, style)];
}

/**
 * @param {any} dominated
 * @param {import('./style').Style} style
 */
function dominatedLines({ count: nodes, selfSize, classes, classCount }, style) {
  if (nodes === 0) return [];
  const columns = [
    { title: 'CLASS', name: true, value: (/** @type {any} */ row) => row.name },
    { title: 'COUNT', value: (/** @type {any} */ row) => count(row.count) },
    { title: 'SHALLOW', value: (/** @type {any} */ row) => size(row.selfSize) },
  ];
  const about = `${counted(nodes, 'node')}, ${size(selfSize)}; classes: ${shownOf(classes.length, classCount)}`;
  return ['', heading('Keeps alive', about, style), ...table(columns, classes, style)];
}

/**
 * @param {string} title
 * @param {string} about
 * @param {import('./style').Style} style
 */
const heading = (title, about, { colors }) => colors.bold(title) + colors.dim(`  (${about})`);

/** @param {any} node */
const label = (node) =>
  `@${node.id} ${node.name || (node.type === 'synthetic' ? '(root)' : `(${node.type})`)}`;

/** @param {number} value see render/analysis.js */
const distance = (value) => (value >= 0 && value < 100_000_000 ? count(value) : '–');

/**
 * @param {number} shown
 * @param {number} all
 */
const shownOf = (shown, all) => (shown < all ? `${count(shown)} of ${count(all)}` : count(all));

module.exports = { renderObject };
