// @ts-check

/**
 * Text from a heap, made fit for a page.
 *
 * The page shows text as text and nothing else: no markup is ever made of it. What is left to do is what a terminal
 * needs too: control characters and marks that turn the reading direction around are taken out. It is done once, for
 * every string of an answer before any view sees it, so that no view can forget.
 */

import cleaning from '../../lib/report/clean.js';

const LINES = /\r\n|\n|\r/;

/** Line by line: a string's value keeps its lines. @param {string} value */
function cleanText(value) {
  const cleaned = LINES.test(value)
    ? value.split(LINES).map(cleaning.clean).join('\n')
    : cleaning.clean(value);
  return cleaned;
}

/**
 * @param {any} value what JSON.parse gives; the depth of answers is that of our schema, never that of a heap
 * @returns {any}
 */
function cleanAll(value) {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanAll);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [cleanText(name), cleanAll(inner)]));
}

export { cleanAll, cleanText };
