// @ts-check
/**
 * The file of results: a section for each bench, which writes its own and keeps those of the others.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const prettier = require('prettier');

const FILE = path.join(__dirname, 'RESULTS.md');
const HEAD = '# Measured\n\nCompare the ratios of one run; absolute times differ between machines.\n';

/**
 * @param {string} title
 * @param {string} text
 * @param {string} [file]
 */
async function writeSection(title, text, file = FILE) {
  const known = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split(/^(?=## )/m) : [];
  const sections = known.filter((section) => section.startsWith('## '));
  const own = `## ${title}\n\n${text.trim()}\n`;
  const at = sections.findIndex((section) => section.startsWith(`## ${title}\n`));
  if (at === -1) sections.push(own);
  else sections[at] = own;
  const all = [HEAD, ...sections].map((section) => section.trimEnd());
  const options = await prettier.resolveConfig(file);
  fs.writeFileSync(file, await prettier.format(`${all.join('\n\n')}\n`, { ...options, filepath: file }));
}

/**
 * A table; the first column is text, the others are numbers.
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head, rule, ...rows].map(line).join('\n');
}

module.exports = { writeSection, table };
