// @ts-check
/** This project as a server would use it: the file is read into memory, not mapped. */
'use strict';

const { analyze } = require('../..');

analyze(process.argv[2]).then(({ classCount }) => console.log(classCount));
