// @ts-check
'use strict';

/**
 * A capture for people: where the file is, what it has, what it cost; or what it would cost.
 */

const { count, counted, duration, size } = require('./numbers');
const { clean } = require('./text');

/** @typedef {import('./style').Style} Style */

/**
 * @param {any} answer
 * @param {Style} style
 */
function renderCapture({ path, sizeBytes, nodeCount, pauseMs, compression, sha256 }, { colors }) {
  const packed = compression ? `, packed with ${compression}` : '';
  const pause = pauseMs === undefined ? '' : `, the app stood still for ${duration(pauseMs)}`;
  return [
    colors.bold(clean(path)),
    `  ${size(sizeBytes)}${packed}, ${counted(nodeCount, 'node')}${pause}`,
    colors.dim(`  sha256 ${sha256}`),
    '',
  ].join('\n');
}

/** @type {Record<string, string>} */
const WAYS = {
  inspector: 'by its inspector',
  endpoint: 'by its HTTP endpoint',
  signal: 'by a signal to the handler of heap-analyzer',
  node: 'by a signal to the handler of Node.js (--heapsnapshot-signal)',
};

/**
 * @param {any} answer
 * @param {Style} style
 */
function renderEstimate({ way, signal, preflight }, { colors }) {
  const how = `It would be taken ${WAYS[way]}${signal ? `, ${signal}` : ''}.`;
  if (!preflight) return `${colors.bold(how)}\nWhat it would cost cannot be known from here.\n`;
  const { nodes, pauseMs, memoryBytes, fileBytes, heapUsed, memory, diskBytes, refusal, warning } = preflight;
  const left = memory
    ? `, ${size(memory.bytes)} are left (${memory.limit === null ? 'host' : memory.where})`
    : '';
  const free = diskBytes === null ? '' : `, ${size(diskBytes)} are free`;
  const verdict = refusal ? 'It would be refused.' : warning ? 'It might not fit.' : 'It fits.';
  return [
    colors.bold(how),
    `  heap    ${size(heapUsed)}, about ${count(nodes)} nodes`,
    `  pause   about ${duration(pauseMs)}`,
    `  memory  about ${size(memoryBytes)} beside the heap${left}`,
    `  disk    about ${size(fileBytes)}, not packed${free}`,
    colors.bold(verdict),
    '',
  ].join('\n');
}

/** @param {any} answer */
function renderThreads({ threads }) {
  const lines = threads.map((/** @type {any} */ { threadId, name }) => {
    const shown = threadId === 0 ? 'main thread' : name === undefined ? '' : clean(name);
    return `${String(threadId).padStart(6)}  ${shown}`.trimEnd();
  });
  return `thread\n${lines.join('\n')}\n`;
}

module.exports = { renderCapture, renderEstimate, renderThreads };
