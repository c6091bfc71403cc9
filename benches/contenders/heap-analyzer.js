// @ts-check
/** This project: the command line's `analyze --json`: totals, statistics, classes, biggest objects, no more sections. */
'use strict';

process.argv.splice(2, 1, 'analyze', process.argv[2], '--sections', 'none', '--json', '--quiet');
require('../../cli/heap-analyzer');
