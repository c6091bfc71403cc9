// @ts-check
/** This project: the command line's `find-leaks --json` over a series, with all that belongs to it. */
'use strict';

const files = process.argv.splice(2);
process.argv.push('find-leaks', '--snapshots', ...files, '--fail-on', 'never', '--json', '--quiet');
require('../../cli/heap-analyzer');
