// @ts-check
'use strict';

/**
 * Numbers as the commands write and read them: the same as in reports, and the way back for sizes.
 */

const { parseSize } = require('../../lib/sizes');

module.exports = { ...require('../../lib/report/numbers'), parseSize };
