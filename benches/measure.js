// @ts-check
/**
 * Loaded before a contender (`node --require`): when the process ends it reports what the whole of it cost, as the
 * system counted it, on file descriptor 3.
 */
'use strict';

const fs = require('node:fs');
const { isMainThread } = require('node:worker_threads');

process.on('exit', () => {
  // Workers are counted with the process they are in.
  if (!isMainThread) return;
  const usage = process.resourceUsage();
  const report = {
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peakBytes: usage.maxRSS * 1024,
  };
  fs.writeSync(3, JSON.stringify(report));
});
