// @ts-check
// What stands in corpus/apps: which programs there are, what load they get and what is true about them. The truth
// is a JSON file beside the programs, one for a leaking app and its fixed twin, so that neither program has to know
// that it is looked at. A program is a file, or a folder where several files are the point.
'use strict';

const fs = require('node:fs');
const { isBuiltin } = require('node:module');
const path = require('node:path');

const APPS = path.join(__dirname, 'apps');
/** What stands in for databases. */
const DRIVERS = path.join(__dirname, 'drivers');
/** What is started of an app that is a folder. */
const ENTRIES = ['server.js', 'server.mjs', path.join('dist', 'server.js')];

/**
 * @typedef {object} Leak what the first finding has to say
 * @property {string | string[]} pattern one id, or several where an honest reader could choose either
 * @property {{ variable?: string | string[], class?: string | string[], kind: string }} holder
 * @property {string} entries what it holds too many of
 * @property {string | string[]} [file] name of the file in which it happens; default: what is started of the app
 *
 * @typedef {string | { send: string, headers?: Record<string, string>, abortAfter?: number }} Request
 *
 * @typedef {object} Load
 * @property {number} [warmup] rounds before the baseline
 * @property {number} [count] rounds between two snapshots
 * @property {Request[]} [warmupRequests] what a round of the warm-up sends; default: `requests`
 * @property {Request[]} requests what a round sends
 * @property {Request[]} [finalRequests] what a round sends between target and final; default: `requests`
 *
 * @typedef {object} Truth
 * @property {string} about one sentence
 * @property {Load} load
 * @property {import('./postgres').Needs} [postgres] the real one it needs; where it is tells its environment
 * @property {'leak' | 'clean'} [verdict] of the leaking app
 * @property {Leak[]} [leaks]
 * @property {number} [findings] how many findings of grade leak or likely there may be; default: not judged
 * @property {{ class?: string, count?: number, bytes?: number }} [proof] how the leak shows in a plain comparison:
 *   objects of a class, or bytes, that a round leaves behind; default: 250 bytes
 * @property {number} [bound] bytes a round of the clean app may leave behind, where it is known to cost more than
 *   the others (many modules, many sockets)
 * @property {boolean} [quick] whether the quick run has it, whatever its turn
 *
 * @typedef {object} App
 * @property {string} name as in `global-cache/session-map-leak`
 * @property {string} group folder: a pattern, `guide` or `control`
 * @property {string} file what is started
 * @property {string[]} sources the files it consists of
 * @property {'leak' | 'fixed' | 'control'} role
 * @property {Leak[]} leaks empty for every app that is not to be accused
 * @property {Truth} truth
 */

/** @returns {App[]} all of them, in the order of their names */
function allApps() {
  return fs
    .readdirSync(APPS)
    .sort()
    .flatMap((group) => appsOf(group));
}

/** @param {string} group @returns {App[]} */
function appsOf(group) {
  const dir = path.join(APPS, group);
  const files = fs.readdirSync(dir).sort();
  return files
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const base = file.slice(0, -'.json'.length);
      /** @type {Truth} */
      const truth = JSON.parse(fs.readFileSync(path.join(dir, file), 'utf8'));
      /** @type {App['role'][]} */
      const roles = group === 'control' ? ['control'] : ['leak', 'fixed'];
      return roles.map((role) => {
        const stem = role === 'control' ? base : `${base}-${role}`;
        const found = programOf(dir, files, stem);
        if (!found) throw new Error(`${path.join(group, file)} has no program ${stem}`);
        const leaks = role === 'leak' ? (truth.leaks ?? []) : [];
        if (role === 'leak' && leaks.length === 0) throw new Error(`${group}/${file} tells no leak`);
        return { name: `${group}/${stem}`, group, ...found, role, leaks, truth };
      });
    });
}

/**
 * @param {string} dir
 * @param {string[]} names what is in it
 * @param {string} stem
 * @returns {Pick<App, 'file' | 'sources'> | undefined}
 */
function programOf(dir, names, stem) {
  const single = names.find((name) => name.startsWith(`${stem}.`) && /\.m?js$/.test(name));
  if (single) return { file: path.join(dir, single), sources: [path.join(dir, single)] };
  const folder = path.join(dir, stem);
  const file = ENTRIES.map((entry) => path.join(folder, entry)).find((entry) => fs.existsSync(entry));
  if (!file) return undefined;
  const below = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const sources = below.map((name) => path.join(folder, name)).filter((name) => fs.statSync(name).isFile());
  return { file, sources };
}

/** The files that went into an app, for the name of its snapshots. @param {App} app @returns {string[]} */
function sourcesOf(app) {
  const drivers = fs.readdirSync(DRIVERS).sort();
  return [...app.sources, ...drivers.map((name) => path.join(DRIVERS, name))];
}

/** The packages that an app asks for by itself. @param {App} app @returns {string[]} */
function packagesOf(app) {
  const source = app.sources.map((file) => fs.readFileSync(file, 'utf8')).join('\n');
  const asked = source.matchAll(/(?:\brequire\(|\bimport\(|\bfrom|\bimport)\s*(['"`])([^./'"`][^'"`]*)\1/g);
  return [...asked].map(([, , name]) => name).filter((name) => !isBuiltin(name));
}

module.exports = { allApps, packagesOf, sourcesOf };
