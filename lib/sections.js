// @ts-check
'use strict';

/**
 * What an analysis can say beside the usual, each at some cost. The command line needs the list before the engine.
 */

const { HeapAnalyzerError, badArgument } = require('./errors');

const SECTIONS = ['hints', 'packages', 'duplicates', 'map'];
const EXPECTED = "'all' or an array of names";

/**
 * @param {any} value
 * @param {string} name
 * @returns {string[]}
 */
function readSections(value, name) {
  if (value === 'all') return SECTIONS;
  if (!Array.isArray(value)) throw badArgument(name, EXPECTED, value);
  for (const section of value) {
    if (SECTIONS.includes(section)) continue;
    if (typeof section !== 'string') throw badArgument(name, EXPECTED, section);
    const meant = require('./nearest').nearest(section, SECTIONS);
    const hint = meant ? `did you mean \`${meant}\`?` : `there are ${SECTIONS.join(', ')}`;
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', `analyze() knows no section \`${section}\`: ${hint}`);
  }
  return value;
}

module.exports = { SECTIONS, readSections };
