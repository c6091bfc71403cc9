// @ts-check
// A real PostgreSQL for the apps that lose its connections: one of its own for each that is driven, on a loopback
// port, from the binaries that are installed. A keeper (postgres-keeper.js) owns the server, so that it ends and its
// data goes whatever becomes of this process.
'use strict';

const { fork } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const KEEPER = path.join(__dirname, 'postgres-keeper.js');
/** Debian and Ubuntu keep them out of PATH, one folder a major. */
const DEBIAN = '/usr/lib/postgresql';
const NOT_INSTALLED = 'PostgreSQL is not installed (Debian, Ubuntu: apt-get install postgresql)';

/** What cannot be done on this machine, as opposed to what went wrong. */
class NotInstalled extends Error {}

/**
 * @typedef {object} Needs what an app asks of its PostgreSQL
 * @property {number} [connections] how many it accepts at once; default: 30
 * @property {string[]} [schema] statements that are run before it accepts the first one, each on a line of its own
 *
 * @typedef {object} Server
 * @property {number} port
 * @property {string} folder everything it writes is in there
 * @property {number} pid
 * @property {Record<string, string>} env what clients are to find in their environment: PGHOST, PGPORT, …
 * @property {() => Promise<void>} stop comes back when the server has ended and the folder is gone
 */

/**
 * @param {object} [where]
 * @param {string} [where.packages] folder with a folder for each installed major
 * @param {string} [where.search] folders as in PATH, for systems that are not Debian
 * @param {string} [where.only] the one folder to look in, for those who keep PostgreSQL elsewhere
 * @returns {string | undefined} the folder with initdb and postgres, of the newest major
 */
function findPostgres({ packages = DEBIAN, search = process.env.PATH, only } = {}) {
  // The server cannot run as root, and users cannot be changed on Windows.
  if (!process.getuid) return undefined;
  const chosen = only ?? process.env.HEAP_ANALYZER_POSTGRES;
  const majors = fs.existsSync(packages) ? fs.readdirSync(packages) : [];
  const debian = majors
    .sort((a, b) => Number(b) - Number(a))
    .map((major) => path.join(packages, major, 'bin'));
  const folders = chosen ? [chosen] : [...debian, ...(search ?? '').split(path.delimiter)];
  return folders.find((folder) =>
    ['initdb', 'postgres'].every((name) => folder && fs.existsSync(path.join(folder, name))),
  );
}

/**
 * @param {Needs} [needs]
 * @returns {Promise<Server>}
 */
async function startPostgres({ connections = 30, schema = [] } = {}) {
  const bin = findPostgres();
  if (!bin) throw new NotInstalled(NOT_INSTALLED);
  // A group of its own: Ctrl-C is for this process, and the keeper learns of its end by the closed channel.
  const keeper = fork(KEEPER, [], { detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  let output = '';
  for (const stream of [keeper.stdout, keeper.stderr]) {
    stream?.on('data', (data) => (output = (output + data).slice(-4000)));
  }
  const ended = new Promise((resolve) => keeper.on('exit', (code, signal) => resolve(signal ?? code)));
  const stop = async () => {
    if (keeper.connected) keeper.disconnect();
    const how = await ended;
    if (how !== 0) throw new Error(`the keeper of PostgreSQL ended with ${how}\n${output}`);
  };
  keeper.send({ bin, connections, schema });
  /** @type {{ error?: string, port: number, folder: string, pid: number, env: Record<string, string> }} */
  const answer = await Promise.race([
    new Promise((resolve) => keeper.once('message', resolve)),
    ended.then((how) => ({ error: `the keeper ended with ${how}\n${output}` })),
  ]);
  if (answer.error !== undefined) {
    await stop().catch(() => {});
    throw new Error(`PostgreSQL did not start: ${answer.error}`);
  }
  const { port, folder, pid, env } = answer;
  return { port, folder, pid, env, stop };
}

module.exports = { findPostgres, startPostgres, NotInstalled, NOT_INSTALLED };
