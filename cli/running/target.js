// @ts-check
'use strict';

/**
 * Which running app a command is about: the options that say so, the same in every command, and the secrets that an
 * endpoint may ask for.
 */

const { HeapAnalyzerError, fromSystem } = require('../../lib/errors');
const { BadValue, integerFrom } = require('../options');

/** Where a token is looked for when no other variable is named: not on the command line, where everybody sees it. */
const TOKEN_VARIABLE = 'HEAP_ANALYZER_TOKEN';

const WAYS = 'Give --endpoint URL, --inspect HOST:PORT or --pid N';

/**
 * @typedef {object} TargetFlags
 * @property {string} [endpoint]
 * @property {string} [inspect]
 * @property {number} [pid]
 * @property {boolean} [allowRemote]
 * @property {boolean} [allowInspector]
 * @property {string} [tokenEnv]
 * @property {string} [tokenFile]
 * @property {Record<string, string>} [header]
 *
 * @typedef {{ endpoint: string } | { inspect: string } | { pid: number }} Target
 */

/**
 * @param {import('commander').Command} command
 */
function addTarget(command) {
  return command
    .option('--endpoint <url>', 'the app, by its HTTP endpoint for snapshots')
    .option('--inspect <address>', 'the app, by its inspector (node --inspect): HOST:PORT or a port')
    .option('--pid <n>', 'the app, by its process id', integerFrom(1))
    .option('--allow-remote', 'another host, unencrypted')
    .option('--allow-inspector', 'with --pid: open its inspector meanwhile, if nothing else is possible')
    .option('--token-env <name>', `with --endpoint: the variable with the token (default: ${TOKEN_VARIABLE})`)
    .option('--token-file <file>', 'with --endpoint: the file with the token')
    .option('--header <line>', 'with --endpoint: one more header, "Name: value"; repeatable', collectHeader);
}

/**
 * @param {string} line
 * @param {Record<string, string>} [before]
 */
function collectHeader(line, before = {}) {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/.exec(line);
  if (!match) throw new BadValue('It takes a line "Name: value"');
  return { ...before, [match[1].toLowerCase()]: match[2] };
}
collectHeader.repeatable = true;

/**
 * @param {TargetFlags} flags
 * @returns {Target | null} null when none of them was given
 */
function targetOf({ endpoint, inspect, pid }) {
  const targets = [
    endpoint !== undefined && { endpoint },
    inspect !== undefined && { inspect },
    pid !== undefined && { pid },
  ].filter((target) => target !== false);
  if (targets.length > 1) {
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', `only one of them can be asked at a time: ${WAYS}`);
  }
  return targets[0] ?? null;
}

/**
 * What takeHeapSnapshotFrom() is told beside the target: each way takes its own options only.
 * @param {TargetFlags} flags
 * @param {Target} target
 * @param {import('../main').Context} context
 */
async function accessOf(flags, target, context) {
  if ('inspect' in target) return { allowRemote: flags.allowRemote };
  if ('pid' in target) return { allowInspector: flags.allowInspector };
  return { token: await tokenOf(flags, context), headers: flags.header };
}

/**
 * @param {TargetFlags} flags
 * @param {import('../main').Context} context
 * @returns {Promise<string | undefined>}
 */
async function tokenOf({ tokenEnv, tokenFile }, { env }) {
  if (tokenFile !== undefined) {
    const { readFile } = require('node:fs/promises');
    try {
      return (await readFile(tokenFile, 'utf8')).trim() || undefined;
    } catch (error) {
      throw fromSystem(error, `read the token from ${tokenFile}`);
    }
  }
  const token = env[tokenEnv ?? TOKEN_VARIABLE];
  if (tokenEnv !== undefined && !token) {
    throw new HeapAnalyzerError('ERR_HEAP_USAGE', `the environment variable ${tokenEnv} is not set`);
  }
  return token || undefined;
}

module.exports = { TOKEN_VARIABLE, WAYS, addTarget, accessOf, collectHeader, targetOf, tokenOf };
