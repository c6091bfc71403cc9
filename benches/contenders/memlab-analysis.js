// @ts-check
/** One of memlab's analyses on a file, or on a directory of files, as its documentation has them run. */
'use strict';

const path = require('node:path');

// Named by a path, so that types are checked without its packages too.
const packages = path.join(__dirname, '..', 'node_modules', '@memlab', 'heap-analysis');

const [name, subject] = process.argv.slice(2);
const Analysis = require(path.join(packages, 'dist', 'plugins', name)).default;
const analysis = new Analysis();
const asked =
  name === 'CollectionUnboundGrowthAnalysis'
    ? analysis.analyzeSnapshotsInDirectory(subject)
    : analysis.analyzeSnapshotFromFile(subject);
asked.catch((/** @type {unknown} */ error) => {
  console.error(error);
  process.exit(1);
});
