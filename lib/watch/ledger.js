// @ts-check
'use strict';

/**
 * Where the memory of this process is: what the system counts, less everything that something here can account for.
 * What remains is the part that no heap snapshot will explain: fragmentation, native add-ons, threads, other isolates.
 */

const { readFileSync } = require('node:fs');
const v8 = require('node:v8');

/**
 * @typedef {object} MemoryLedger all in bytes
 * @property {number} rss
 * @property {number} heapUsed
 * @property {number} heapTotal
 * @property {number} heapLimit
 * @property {number} external
 * @property {number} arrayBuffers
 * @property {number} malloced
 * @property {number | null} mappedFiles
 * @property {number} unexplained
 */

/** @returns {MemoryLedger} */
function memoryLedger() {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const { heap_size_limit: heapLimit, malloced_memory: malloced } = v8.getHeapStatistics();
  const mappedFiles = readMappedFiles();
  const unexplained = rss - heapTotal - external - malloced - (mappedFiles ?? 0);
  return { rss, heapUsed, heapTotal, heapLimit, external, arrayBuffers, malloced, mappedFiles, unexplained };
}

/** Pages of the program itself and of libraries that are in memory. Linux says. */
function readMappedFiles() {
  if (process.platform !== 'linux') return null;
  try {
    const [, kilobytes] = /^RssFile:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

module.exports = { memoryLedger };
