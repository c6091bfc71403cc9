// @ts-check
/** Chrome DevTools' own worker, headless, to the point where its panel can show the class table. */
'use strict';

const { load } = require('../../conformance/oracle');

async function main() {
  const snapshot = await load(process.argv[2], { secondThread: true });
  const classes = Object.keys(snapshot.aggregatesWithFilter({})).length;
  console.log(classes, snapshot.getStatistics().total);
  process.exit(0);
}

main();
