// @ts-check
'use strict';

/**
 * Shows what comes of a line: nodes and edges as rows with the variable that stands for each, answers as the commands
 * show them, long lists a page at a time.
 */

const { inspect } = require('node:util');
const { HeapEdge, HeapNode } = require('../../lib/objects/graph');
const { clean } = require('../../lib/report/clean');
const { count, size } = require('../render/numbers');
const { pathLines } = require('../render/path');
const { table } = require('../render/table');

/** Rows of a page. */
const PAGE = 20;

class Show {
  /** @type {Iterator<any> | null} what `more` goes on with */
  #rest = null;

  /**
   * @param {import('./session').Session} session
   * @param {() => import('../render/style').Style} style asked each time: a terminal changes its width
   */
  constructor(session, style) {
    this.session = session;
    this.style = style;
  }

  /**
   * @param {any} value
   * @returns {string} with the line break at its end; empty when there is nothing to show
   */
  text(value) {
    if (value === undefined) return '';
    if (value instanceof HeapNode || value instanceof HeapEdge) return this.#rows([value]);
    const answer = this.#answer(value);
    if (answer !== null) return answer;
    if (typeof value === 'object' && value !== null && typeof value.next === 'function')
      return this.page(value);
    if (Array.isArray(value) && value.length > 0) return this.page(value.values());
    return `${inspect(value, { depth: 3, colors: this.style().colors.isColorSupported })}\n`;
  }

  /** @returns {string} the next page of the last list */
  more() {
    return this.#rest === null ? 'There is no more.\n' : this.page(this.#rest);
  }

  /** @param {Iterator<any>} iterator */
  page(iterator) {
    const rows = [];
    let step = iterator.next();
    while (!step.done) {
      rows.push(step.value);
      if (rows.length === PAGE) break;
      step = iterator.next();
    }
    this.#rest = step.done ? null : iterator;
    if (rows.length === 0) return 'Nothing.\n';
    const hint = this.#rest === null ? '' : this.style().colors.dim('… `more` shows what follows\n');
    return this.#rows(rows) + hint;
  }

  /** @param {any[]} rows */
  #rows(rows) {
    const style = this.style();
    if (rows.every((row) => row instanceof HeapNode)) return lines(table(this.#nodeColumns(), rows, style));
    if (rows.every((row) => row instanceof HeapEdge))
      return lines(table(this.#edgeColumns(rows), rows, style));
    if (rows.every((row) => Array.isArray(row) && row[0]?.edge)) {
      return lines(rows.flatMap((way) => [...pathLines(way, style.width, ''), '']).slice(0, -1));
    }
    if (rows.every((row) => typeof row?.key === 'string' && 'retainedSize' in row)) {
      return lines(table(CLASS_COLUMNS, rows, style));
    }
    const { isColorSupported: colors } = style.colors;
    return lines(rows.map((row) => inspect(row, { depth: 3, colors })));
  }

  /**
   * An answer of a question, as the command that asks it shows it.
   * @param {any} value
   * @returns {string | null}
   */
  #answer(value) {
    const style = this.style();
    if (typeof value?.question === 'string') return require('../render/query').renderQuery(value, style);
    if (value?.holders && value.sentence) {
      return require('../render/object').renderObject(value, style, { fullText: false });
    }
    if (value?.totals?.delta && value.rows)
      return require('../render/comparison').renderComparison(value, style);
    return null;
  }

  /** @returns {import('../render/table').Column[]} */
  #nodeColumns() {
    return [
      { title: '', left: true, value: (node) => this.session.nameOf(node) },
      { title: 'OBJECT', name: true, value: ({ name, type }) => name || `(${type})` },
      { title: 'ID', value: ({ id }) => `@${id}` },
      { title: 'TYPE', left: true, optional: true, value: ({ type }) => clean(type) },
      { title: 'DIST', optional: true, value: ({ distance }) => String(distance) },
      { title: 'SHALLOW', value: ({ selfSize }) => size(selfSize) },
      { title: 'RETAINED', value: ({ retainedSize }) => size(retainedSize) },
    ];
  }

  /**
   * Of edges the end that is not what was asked about: of retainers where they come from.
   * @param {any[]} edges
   * @returns {import('../render/table').Column[]}
   */
  #edgeColumns(edges) {
    const target = edges[0].to.ordinal;
    const areRetainers =
      edges.every((edge) => edge.to.ordinal === target) && edges[0].from.ordinal !== target;
    const other = (/** @type {any} */ edge) => (areRetainers && edges.length > 0 ? edge.from : edge.to);
    return [
      { title: '', left: true, value: (edge) => this.session.nameOf(other(edge)) },
      { title: 'KIND', left: true, optional: true, value: ({ kind }) => clean(kind) },
      { title: areRetainers ? 'BY' : 'NAME', left: true, value: ({ name }) => short(String(name)) },
      {
        title: areRetainers ? 'OF' : 'OBJECT',
        name: true,
        value: (edge) => other(edge).name || `(${other(edge).type})`,
      },
      { title: 'ID', value: (edge) => `@${other(edge).id}` },
      { title: 'RETAINED', value: (edge) => size(other(edge).retainedSize) },
    ];
  }
}

/** @type {import('../render/table').Column[]} */
const CLASS_COLUMNS = [
  { title: 'CLASS', name: true, value: ({ name }) => name },
  { title: 'COUNT', value: (row) => count(row.count) },
  { title: 'SHALLOW', value: (row) => size(row.selfSize) },
  { title: 'RETAINED', value: (row) => size(row.retainedSize) },
];

/** @param {string} text */
const short = (text) => (text.length > 32 ? `${clean(text.slice(0, 31))}…` : clean(text));

/** @param {string[]} all */
const lines = (all) => `${all.join('\n')}\n`;

module.exports = { Show };
