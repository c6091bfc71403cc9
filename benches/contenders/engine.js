// @ts-check
/** The engine alone, as directly as Node can call it: what an analysis takes without a command line around it. */
'use strict';

const { loadNative } = require('../../lib/native');

const { CancelFlag, analyze } = loadNative();

analyze(process.argv[2], { map: true }, new CancelFlag(), null).then((/** @type {string} */ text) => {
  console.log(text.length);
  process.exit(0);
});
