#!/usr/bin/env node
// @ts-check
'use strict';

/**
 * The executable. Everything it does is in main.js, where tests can reach it.
 */

const { main } = require('./main');

// Not left to end by itself: taking the engine and its threads down in order takes longer than reading a small file.
main(process.argv.slice(2)).then((code) => process.exit(code));
