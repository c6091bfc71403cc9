// @ts-check
// The table of results, for the terminal and for docs/leak-corpus.md.
'use strict';

/**
 * @typedef {object} Result
 * @property {string} app
 * @property {import('./apps').App['role']} role
 * @property {number} node
 * @property {boolean} passed
 * @property {import('./judge').Verdict} [verdict] absent when the finder could not be asked
 * @property {import('./proof').Proof} [proof]
 * @property {string} [error]
 * @property {string} [skipped] why it could not be asked for on this machine
 * @property {number} milliseconds
 */

/** @param {boolean | undefined} value */
const mark = (value) => (value === undefined ? '·' : value ? '✓' : '✗');

/** One line in the terminal. @param {Result} result */
function line({ app, node, passed, verdict, proof, error, skipped, milliseconds }) {
  const parts = verdict ? `${mark(verdict.holder)}${mark(verdict.pattern)}${mark(verdict.file)}` : '···';
  const proven = proof && (proof.ok ? proof.told : `NOT PROVEN: ${proof.told}`);
  const told = [skipped, error, verdict?.told, proven].filter(Boolean).join(' | ');
  const mood = passed ? 'ok  ' : skipped ? 'skip' : 'FAIL';
  return `${mood} ${String(node).padEnd(2)} ${app.padEnd(44)} ${parts} ${String(Math.round(milliseconds)).padStart(5)} ms  ${told}`;
}

/** Those that were skipped count on neither side. @param {Result[]} all @returns {string[]} */
function totals(all) {
  const results = all.filter(({ skipped }) => !skipped);
  const leaking = results.filter(({ role }) => role === 'leak');
  const healthy = results.filter(({ role }) => role !== 'leak');
  const judged = leaking.filter(({ verdict }) => verdict);
  const right = (/** @type {'holder' | 'pattern' | 'file'} */ part) =>
    judged.filter(({ verdict }) => verdict?.[part]).length;
  const lines = [
    `leaking apps: ${share(leaking.filter(({ passed }) => passed).length, leaking.length)} right`,
    `fixed twins and controls: ${share(healthy.filter(({ passed }) => passed).length, healthy.length)} right`,
  ];
  if (judged.length > 0) {
    const parts = /** @type {const} */ (['holder', 'pattern', 'file']);
    lines.push(
      `first finding: ${parts.map((part) => `${part} ${share(right(part), judged.length)}`).join(', ')}`,
    );
  }
  return lines;
}

/** @param {number} count @param {number} all */
function share(count, all) {
  return `${count} of ${all}${all > 0 ? ` (${((100 * count) / all).toFixed(1)} %)` : ''}`;
}

/**
 * One row an app, one column a Node version.
 * @param {Result[]} results
 * @returns {string}
 */
function markdown(results) {
  const nodes = [...new Set(results.map(({ node }) => node))].sort((a, b) => a - b);
  const apps = [...new Set(results.map(({ app }) => app))];
  const cell = (/** @type {string} */ app, /** @type {number} */ node) => {
    const result = results.find((candidate) => candidate.app === app && candidate.node === node);
    if (!result) return '';
    if (result.skipped) return 'skipped';
    if (result.error) return 'error';
    if (!result.verdict) return result.passed ? 'proven' : 'not proven';
    if (result.role !== 'leak') return result.passed ? 'silent' : 'accused';
    const { holder, pattern, file } = result.verdict;
    const missing = Object.entries({ holder, pattern, file }).filter(([, right]) => !right);
    if (missing.length > 0) return `no ${missing.map(([part]) => part).join(', ')}`;
    return result.passed ? 'right' : 'number of findings';
  };
  const rows = apps.map((app) => [`\`${app}\``, ...nodes.map((node) => cell(app, node))]);
  const table = [['app', ...nodes.map((node) => `Node ${node}`)], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const draw = (/** @type {string[]} */ row) =>
    `| ${row.map((text, column) => text.padEnd(widths[column])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return `${[draw(table[0]), rule, ...table.slice(1).map(draw)].join('\n')}\n`;
}

module.exports = { line, totals, markdown };
