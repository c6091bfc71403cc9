// @ts-check
'use strict';

/**
 * Which question an answer is of. Answers do not say it themselves; by their members they can be told apart.
 */

const { badArgument } = require('../errors');

/** @typedef {'leaks' | 'comparison' | 'analysis'} Kind */

/**
 * @param {any} answer
 * @returns {Kind}
 */
function kindOf(answer) {
  if (Array.isArray(answer?.snapshots)) {
    if (typeof answer.verdict === 'string' && Array.isArray(answer.findings)) return 'leaks';
    if (Array.isArray(answer.rows) && answer.totals?.delta) return 'comparison';
    if (Array.isArray(answer.classes) && answer.statistics) return 'analysis';
  }
  throw badArgument('answer', 'an answer of analyze(), compare() or findLeaks()', answer);
}

module.exports = { kindOf };
