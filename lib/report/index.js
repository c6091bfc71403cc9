// @ts-check
'use strict';

/**
 * Answers as documents: which forms there are, what they are called, and which ending of a file means which. Documented
 * for users in index.d.ts.
 */

const path = require('node:path');
const { HeapAnalyzerError, badArgument } = require('../errors');
const { integer, readOptions } = require('../options');
const { kindOf } = require('./kinds');

/**
 * Another form is a line here. Each is loaded when it is wanted.
 * @type {Record<string, { extensions: string[], write: (answer: any, kind: import('./kinds').Kind, options: { maxLength?: number }) => string }>}
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
};

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
    maxLength: integer(4000, Number.MAX_SAFE_INTEGER),
  });
  return FORMATS[format].write(answer, kindOf(answer), rest);
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
  const endings = listed(Object.values(FORMATS).map(({ extensions }) => extensions[0]));
  throw new HeapAnalyzerError(
    'ERR_HEAP_USAGE',
    `a report's file ends with ${endings}, and ${JSON.stringify(file)} does not`,
  );
}

module.exports = { report, formatOf };
