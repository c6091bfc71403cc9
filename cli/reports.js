// @ts-check
'use strict';

/**
 * Reports on the command line: `--report FILE`, as often as one likes, in the form that the ending of the name says.
 *
 * A report is written before the answer is printed, so that who has the exit code has the files; and whether there can
 * be one is looked at before the work, which may take minutes.
 */

const { BadValue } = require('./options');

/**
 * @param {import('commander').Command} command
 */
function addReport(command) {
  return command.option(
    '--report <file>',
    'also write a report: a page (.html), Markdown (.md); repeatable',
    readReport,
  );
}

/**
 * @param {string} file
 * @param {string[]} [before] what the option was given already
 */
function readReport(file, before = []) {
  const { formatOf } = require('../lib/report');
  try {
    formatOf(file);
  } catch (error) {
    throw new BadValue(sentence(/** @type {Error} */ (error).message));
  }
  return [...before, file];
}
readReport.repeatable = true;

/** commander puts it behind a sentence of its own. @param {string} text */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Refuses, before any work, what could not be written afterwards.
 * @param {string[]} [files]
 */
async function checkReports(files = []) {
  if (files.length === 0) return;
  const path = require('node:path');
  const { stat } = require('node:fs/promises');
  const { HeapAnalyzerError, fromSystem } = require('../lib/errors');
  for (const file of files) {
    const directory = path.dirname(path.resolve(file));
    const isDirectory = await stat(directory).then(
      (stats) => stats.isDirectory(),
      (error) => {
        throw fromSystem(error, `write ${file}`);
      },
    );
    if (!isDirectory) throw new HeapAnalyzerError('ERR_HEAP_NOT_FOUND', `${directory} is no directory`);
    if (
      await stat(file).then(
        (stats) => stats.isDirectory(),
        () => false,
      )
    )
      throw new HeapAnalyzerError(
        'ERR_HEAP_IS_DIRECTORY',
        `${file} is a directory; a report needs the name of a file`,
      );
  }
}

/**
 * Whether one of them is a page. A page has no engine behind it: it carries what its reader will want to see next, so
 * more is asked for it.
 * @param {string[]} [files]
 */
function wantsPage(files = []) {
  return files.some((file) => require('../lib/report').formatOf(file) === 'html');
}

/**
 * @param {string[] | undefined} files
 * @param {any} answer
 * @param {() => Promise<string>} [page] one with more in it than the answer
 */
async function writeReports(files = [], answer, page = undefined) {
  if (files.length === 0) return;
  const { formatOf, report } = require('../lib/report');
  const { replaceFile } = require('../lib/report/replace-file');
  for (const file of files) {
    const format = formatOf(file);
    await replaceFile(file, page && format === 'html' ? await page() : report(answer, { format }));
  }
}

/** Forms of findings that machines read, each with an option of its own: the ending of a name does not tell them. */
const FOR_CI = /** @type {const} */ (['junit', 'sarif']);

/** @typedef {{ [P in (typeof FOR_CI)[number]]?: string }} CiFlags */

/**
 * @param {import('commander').Command} command
 */
function addCiReports(command) {
  return command
    .option('--junit <file>', 'also write the findings as a JUnit report')
    .option('--sarif <file>', 'also write the findings as SARIF 2.1.0, for code scanning');
}

/**
 * @param {CiFlags} options
 * @returns {string[]}
 */
const ciFiles = (options) => FOR_CI.flatMap((format) => options[format] ?? []);

/**
 * @param {CiFlags} options
 * @param {any} answer of find-leaks, all of it
 * @param {import('../lib/failing').FailOn} failOn
 */
async function writeCiReports(options, answer, failOn) {
  if (ciFiles(options).length === 0) return;
  const { report } = require('../lib/report');
  const { replaceFile } = require('../lib/report/replace-file');
  for (const format of FOR_CI) {
    const file = options[format];
    if (file !== undefined) await replaceFile(file, report(answer, { format, failOn }));
  }
}

module.exports = { addCiReports, addReport, checkReports, ciFiles, wantsPage, writeCiReports, writeReports };
