// @ts-check
'use strict';

/**
 * Where a page of our documentation can be read by somebody who has only a report. The pages are in the package, so that
 * a copy of the very version that wrote the report is on every mirror of npm's packages.
 */

const { version } = require('../../package.json');

/** @param {string} page as findings tell it: `docs/patterns/timers.md` */
const docsUrl = (page) => `https://unpkg.com/heap-analyzer@${version}/${page}`;

module.exports = { docsUrl };
