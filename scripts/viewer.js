// @ts-check
/**
 * Builds the page that reports carry and the viewer serves, with the packages that it is built from: `viewer/dist`. Runs
 * after the addon's build; what is built is part of the published package, the packages are not.
 */
'use strict';

const { missingPackages } = require('./packages');
const { runStep } = require('./run');

/** @returns {Promise<string | null>} what went wrong, in a sentence */
async function buildViewer() {
  for (const step of missingPackages(['viewer'])) {
    const { ok } = await runStep(step);
    if (!ok) return 'the packages of the viewer could not be installed; the messages of npm above say why.';
  }
  try {
    await require('../viewer/build').build();
    return null;
  } catch (error) {
    return `the viewer could not be built: ${error instanceof Error ? error.message : error}`;
  }
}

module.exports = { buildViewer };

if (require.main === module) {
  buildViewer().then((trouble) => {
    if (trouble === null) return;
    console.error(`heap-analyzer: ${trouble}`);
    process.exitCode = 1;
  });
}
