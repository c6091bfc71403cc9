// @ts-check
'use strict';

/**
 * Answers as documents: which forms there are, what they are called, and which ending of a file means which. Documented
 * for users in index.d.ts.
 */

const path = require('node:path');
const { HeapAnalyzerError, badArgument } = require('../errors');
const { integer, oneOf, readOptions } = require('../options');
const { kindOf } = require('./kinds');

/**
 * @typedef {{ maxLength?: number, failOn?: import('../failing').FailOn }} ReportOptions
 *
 * Another form is a line here. Each is loaded when it is wanted.
 * @type {Record<string, { extensions: string[], write: (answer: any, kind: import('./kinds').Kind, options: ReportOptions) => string }>}
 */
const FORMATS = {
  markdown: {
    extensions: ['.md', '.markdown'],
    write: (answer, kind, options) => require('./markdown').markdown(answer, kind, options),
  },
  html: {
    extensions: ['.html', '.htm'],
    write: (answer, kind) => require('./html').answerReport(answer, kind),
  },
  // Of these a file's name says nothing; the command line has options for them.
  sarif: {
    extensions: [],
    write: (answer, kind, options) => require('./ci/sarif').sarif(leaksOnly(answer, kind), options),
  },
  junit: {
    extensions: [],
    write: (answer, kind, options) => require('./ci/junit').junit(leaksOnly(answer, kind), options),
  },
};

/**
 * @param {any} answer
 * @param {import('./kinds').Kind} kind
 */
function leaksOnly(answer, kind) {
  if (kind === 'leaks') return answer;
  throw badArgument('answer', 'an answer of findLeaks(), for this format,', answer);
}

/** @type {(value: any, name: string) => string} */
const readFormat = (value, name) => {
  if (typeof value === 'string' && Object.hasOwn(FORMATS, value)) return value;
  throw badArgument(name, listed(Object.keys(FORMATS).map((format) => JSON.stringify(format))), value);
};

/** @param {string[]} words */
const listed = (words) => words.join(', ').replace(/, ([^,]*)$/, ' or $1');

/**
 * @param {unknown} answer
 * @param {unknown} [options]
 * @returns {string}
 */
function report(answer, options) {
  const { format = 'markdown', ...rest } = readOptions('report', options, {
    format: readFormat,
    failOn: oneOf('leak', 'likely', 'growth', 'never'),
    maxLength: integer(4000, Number.MAX_SAFE_INTEGER),
  });
  return FORMATS[format].write(answer, kindOf(answer), /** @type {ReportOptions} */ (rest));
}

/**
 * The form that the ending of a file's name asks for.
 * @param {string} file
 * @returns {string} a name for `format`
 */
function formatOf(file) {
  const extension = path.extname(file).toLowerCase();
  const found = Object.keys(FORMATS).find((format) => FORMATS[format].extensions.includes(extension));
  if (found !== undefined) return found;
  const endings = listed(Object.values(FORMATS).flatMap(({ extensions }) => extensions.slice(0, 1)));
  throw new HeapAnalyzerError(
    'ERR_HEAP_USAGE',
    `a report's file ends with ${endings}, and ${JSON.stringify(file)} does not`,
  );
}

module.exports = { report, formatOf };
