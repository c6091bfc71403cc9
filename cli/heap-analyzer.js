#!/usr/bin/env node
// @ts-check
'use strict';

/**
 * The executable. Everything it does is in main.js, where tests can reach it.
 */

const { main } = require('./main');

// exitCode and not exit(): what was written to a pipe must get out first.
main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
