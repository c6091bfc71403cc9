// @ts-check
'use strict';

/**
 * Which findings a check fails for. The same for the command line, for tests, and for what is written for CI.
 */

/**
 * For each line that can be drawn the grades that are above it.
 * @type {Record<FailOn, string[]>}
 */
const FAILING = {
  leak: ['leak'],
  likely: ['leak', 'likely'],
  growth: ['leak', 'likely', 'growth'],
  never: [],
};

/** @typedef {'leak' | 'likely' | 'growth' | 'never'} FailOn */

/**
 * @param {any} finding
 * @param {FailOn} failOn
 * @returns {boolean} accepted ones never do
 */
const fails = ({ status, grade }, failOn) => status !== 'known' && FAILING[failOn].includes(grade);

module.exports = { FAILING, fails };
