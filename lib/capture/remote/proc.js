// @ts-check
'use strict';

/**
 * What Linux tells of another process: whose it is, which signals it handles, where it listens. All of it by reading
 * under /proc, nothing by touching the process.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { HeapAnalyzerError } = require('../../errors');
const { nodeOption } = require('../node-options');
const { startTicks } = require('../identity');

/**
 * @typedef {object} Looked
 * @property {number} pid
 * @property {number} uid
 * @property {string | null} startTicks
 * @property {string[]} args with the program's name
 * @property {Record<string, string>} env empty where we may not look
 * @property {string} cwd empty where we may not look
 * @property {boolean} isNode
 * @property {boolean} elsewhere whether process ids mean something else there (a container)
 */

/**
 * @param {number} pid
 * @returns {Looked}
 */
function lookAtProcess(pid) {
  const gone = () => new HeapAnalyzerError('ERR_HEAP_NOT_FOUND', `there is no process ${pid}`);
  let uid;
  try {
    uid = fs.statSync(`/proc/${pid}`).uid;
  } catch {
    throw gone();
  }
  const args = readOr(`/proc/${pid}/cmdline`).split('\0').slice(0, -1);
  const env = Object.fromEntries(
    readOr(`/proc/${pid}/environ`)
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const program = linkOr(`/proc/${pid}/exe`) || args[0] || '';
  const ownSpace = linkOr('/proc/self/ns/pid');
  return {
    pid,
    uid,
    startTicks: startTicks(pid),
    args,
    env,
    cwd: linkOr(`/proc/${pid}/cwd`),
    isNode: /^node(?:js)?\b/.test(path.basename(program)),
    elsewhere: linkOr(`/proc/${pid}/ns/pid`) !== ownSpace && ownSpace !== '',
  };
}

/**
 * Whether the process has a handler for the signal, so that it does not die of it.
 * @param {number} pid
 * @param {string} signal
 */
function handles(pid, signal) {
  const number = /** @type {Record<string, number>} */ (os.constants.signals)[signal];
  const caught = /^SigCgt:\s+([0-9a-f]+)$/m.exec(readOr(`/proc/${pid}/status`))?.[1];
  if (!caught || !number) return false;
  return ((BigInt(`0x${caught}`) >> BigInt(number - 1)) & 1n) === 1n;
}

/** Options of Node's that take their value as the next argument. */
const WITH_VALUE =
  /^(?:-[rCe]|--(?:require|import|loader|experimental-loader|conditions|env-file|title|eval))$/;

/**
 * The value of an option that Node itself was given there: on its command line before the script, else in
 * NODE_OPTIONS.
 * @param {Looked} looked
 * @param {string} name
 */
function nodeOptionOf({ args, env }, name) {
  const own = [];
  for (let i = 1; i < args.length && args[i].startsWith('-') && args[i] !== '--'; i++) {
    own.push(args[i]);
    const takesNext =
      WITH_VALUE.test(args[i]) || (!args[i].includes('=') && args[i].replaceAll('_', '-') === name);
    if (takesNext && i + 1 < args.length) own.push(args[++i]);
  }
  return nodeOption(name, { execArgv: own, nodeOptions: env.NODE_OPTIONS ?? '' });
}

/**
 * The ports on which a process listens.
 * @param {number} pid
 * @returns {Set<number>}
 */
function listeningPorts(pid) {
  const inodes = new Set(openFiles(pid).flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const ports = new Set();
  for (const table of ['tcp', 'tcp6']) {
    for (const { inode, port } of listening(readOr(`/proc/${pid}/net/${table}`))) {
      if (inodes.has(inode)) ports.add(port);
    }
  }
  return ports;
}

/** @param {string} table /proc/net/tcp: `sl local rem st … uid timeout inode …`, where st is 0A for listening */
function listening(table) {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A')
    .map((fields) => ({ inode: fields[9], port: Number.parseInt(fields[1].split(':')[1], 16) }));
}

/**
 * The process that listens on a port of this host, where we may see it.
 * @param {number} port
 * @returns {number | null}
 */
function listenerOn(port) {
  if (process.platform !== 'linux') return null;
  const inodes = new Set();
  for (const table of ['tcp', 'tcp6']) {
    for (const entry of listening(readOr(`/proc/net/${table}`)))
      if (entry.port === port) inodes.add(entry.inode);
  }
  if (inodes.size === 0) return null;
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const pid = Number(name);
    if (openFiles(pid).some((link) => inodes.has(/^socket:\[(\d+)\]$/.exec(link)?.[1]))) return pid;
  }
  return null;
}

/**
 * @param {number} pid
 * @returns {string[]} what its descriptors lead to
 */
function openFiles(pid) {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).map((fd) => linkOr(`/proc/${pid}/fd/${fd}`));
  } catch {
    return []; // not ours to see
  }
}

/** @param {string} file */
function readOr(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** @param {string} link */
function linkOr(link) {
  try {
    return fs.readlinkSync(link);
  } catch {
    return '';
  }
}

module.exports = { lookAtProcess, handles, nodeOptionOf, listeningPorts, listenerOn, openFiles, linkOr };
