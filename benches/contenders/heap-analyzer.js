// @ts-check
/** This project: the command line's `analyze --json`, with all that belongs to it. */
'use strict';

process.argv.splice(2, 1, 'analyze', process.argv[2], '--json', '--quiet');
require('../../cli/heap-analyzer');
