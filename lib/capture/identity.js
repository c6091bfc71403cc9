// @ts-check
'use strict';

/**
 * Which run of which process this is. A process id is used again, and in containers it is always 1; object ids of
 * two runs mean nothing to each other, so snapshots have to tell which run they are of.
 */

const { readFileSync } = require('node:fs');
const { namespaceTag } = require('./private-directory');

/** @typedef {{ pid: number, startedAt: string, processKey: string }} Identity */

/** @type {Identity | undefined} */
let known;

/** @returns {Identity} */
function identity() {
  if (known === undefined) {
    // uptime() counts from the start of the process in every thread of it, unlike performance.timeOrigin.
    const startedMs = Date.now() - process.uptime() * 1000;
    known = identityOf(process.pid, startedMs, namespaceTag(), startTicks(process.pid));
  }
  return known;
}

/**
 * @param {number} pid
 * @param {number} startedMs
 * @param {string} tag "where a process id means the same process"
 * @param {string | null} ticks
 * @returns {Identity}
 */
function identityOf(pid, startedMs, tag, ticks) {
  const startedAt = new Date(startedMs).toISOString();
  // The clock can be set, and the moment above then differs between two threads; the kernel's count cannot.
  return { pid, startedAt, processKey: `${tag}-${pid}-${ticks ?? startedAt.slice(0, 19)}` };
}

/**
 * When a process started, in the kernel's ticks since boot; null where there is no such process or no /proc.
 * @param {number} pid
 * @returns {string | null}
 */
function startTicks(pid) {
  try {
    return ticksIn(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null;
  }
}

/**
 * @param {string} stat /proc/N/stat
 * @returns {string | null}
 */
function ticksIn(stat) {
  // The second field is the program's name in parentheses, and may have spaces and parentheses itself.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

module.exports = { identity, identityOf, startTicks, ticksIn };
