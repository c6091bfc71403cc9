// @ts-check
'use strict';

/** V8's id of an object as people write it: `123`, `"123"`, `"@123"`. */

const { HeapAnalyzerError, badArgument } = require('./errors');

/** Ids are counted in 32 bits by the engine. */
const MOST = 0xffffffff;

/**
 * @param {unknown} value
 * @returns {number}
 */
function readObjectId(value) {
  const id = typeof value === 'string' && /^@?\d+$/.test(value) ? Number(value.replace('@', '')) : value;
  if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= MOST) return id;
  throw typeof value === 'string'
    ? new HeapAnalyzerError(
        'ERR_HEAP_USAGE',
        `${JSON.stringify(value)} is no object id: it looks like @123 or 123`,
      )
    : badArgument('objectId', 'an object id, such as 123 or "@123"', value);
}

module.exports = { readObjectId };
