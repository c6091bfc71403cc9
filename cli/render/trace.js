// @ts-check
'use strict';

/**
 * The answer of `trace` as a person reads it: each way from the root to the object, a hop to a line, under the
 * expression by which code would reach the same object.
 */

const { UNITS_NOTE, snapshotLines } = require('./analysis');
const { count } = require('./numbers');
const { clean, fit, padEnd, width, wrap } = require('./text');

/** A way along a linked list may have thousands of hops; its ends say where it comes from and where it leads. */
const LONGEST = 40;

/** `.get("x") (a function app.js:3)`: what is said of the object is no part of the expression. */
const REMARK = / \([^()]*(?:\([^()]*\)[^()]*)*\)$/;
/** `⟨context⟩ sessions`: a variable that a function uses, by the name the code has for it. */
const VARIABLE = /^⟨context⟩ ([\p{ID_Start}$_][\p{ID_Continue}$]*)$/u;
const GLOBAL = /^global(?:This)?\b/;

/**
 * The expression for the last stretch of a way: from the nearest variable, or from the global object.
 * @param {Array<{ node: { name: string }, text: string }>} hops
 * @returns {string | null} null where code could not write it, because the engine itself holds the object
 */
function wayAsCode(hops) {
  let code = '';
  for (let at = hops.length - 1; at >= 0; at--) {
    const text = clean(hops[at].text).replace(REMARK, '');
    const variable = VARIABLE.exec(text);
    if (variable) return variable[1] + code;
    if (at === 0) return GLOBAL.test(hops[0].node.name) && code !== '' ? `globalThis${code}` : null;
    if (!/^[.[]/.test(text)) return null;
    code = text + code;
  }
  return null;
}

/**
 * @param {any} answer
 * @param {import('./style').Style} style
 * @returns {string}
 */
function renderTrace({ sentence, node, snapshots, holders, paths, code }, style) {
  const { bold, dim } = style.colors;
  const [file, figures] = snapshotLines('', snapshots[0], style);
  const lines = [
    ...wrap(clean(sentence), style.width).map((line) => bold(line)),
    '',
    dim(file),
    dim(figures),
    ...paths.flatMap((/** @type {any[]} */ path, /** @type {number} */ index) => [
      '',
      ...heading(index, code[index], style),
      ...hopLines(path, style),
    ]),
    '',
    ...wrap(ending(node, holders, paths.length), style.width),
    dim(UNITS_NOTE),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * @param {number} index
 * @param {string | null} code
 * @param {import('./style').Style} style
 */
function heading(index, code, { colors, width: columns }) {
  const title = `Way ${index + 1}`;
  if (code === null) return [colors.bold(title)];
  return [`${colors.bold(title)}  ${fit(code, columns - title.length - 2)}`];
}

/**
 * @param {any[]} path
 * @param {import('./style').Style} style
 */
function hopLines(path, { width: columns, colors }) {
  const hops = path.map(({ node, text, place }, index) => ({
    // The first hop leaves the root, over an edge that has only a number: there the object's own name says more.
    text: clean((index === 0 && node.name) || text).replace(REMARK, ''),
    object: `@${node.id} ${clean(node.name || node.class)}`.trimEnd(),
    place: place ? clean([place.file, place.line].filter((part) => part !== undefined).join(':')) : '',
  }));
  const left = hops.length - LONGEST;
  const shown =
    left > 0 ? [...hops.slice(0, LONGEST / 2), null, ...hops.slice(hops.length - LONGEST / 2)] : hops;
  const objects = Math.max(...shown.map((hop) => (hop ? width(hop.object) : 0)));
  const objectColumn = Math.min(objects, Math.floor(columns * 0.45));
  const texts = shown.map((hop, index) => (hop ? `${index === 0 ? '' : '→ '}${hop.text}` : ''));
  const hopColumn = Math.min(columns - objectColumn - 4, Math.max(...texts.map(width)));
  return shown.flatMap((hop, index) => {
    if (!hop) return [`  … ${count(left)} more …`];
    const text = fit(texts[index], hopColumn);
    const line = `  ${padEnd(text, hopColumn)}  ${colors.dim(fit(hop.object, objectColumn))}`.trimEnd();
    return hop.place === '' ? [line] : [line, `      ${colors.dim(fit(hop.place, columns - 6))}`];
  });
}

/**
 * @param {any} node
 * @param {any} holders
 * @param {number} ways
 */
function ending(node, { independent, orMore, shared }, ways) {
  if (ways === 0) {
    return node.distance === 0
      ? 'It is where all ways begin.'
      : 'No way leads to it over references that count: it goes with the next garbage collection.';
  }
  if (independent <= 1) return 'One of these references holds it: the sentence above says which to cut.';
  const meet = shared ? `, which meet in @${shared.id}` : '';
  return `${count(independent)}${orMore ? ' or more' : ''} independent holders${meet}: all have to let go of it.`;
}

module.exports = { renderTrace, wayAsCode };
