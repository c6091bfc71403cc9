// @ts-check
/**
 * `npm run lint`: the GitHub workflows, ours and those that the documentation offers for copying, held against actionlint
 * and two rules of our own: other people's actions are pinned to a commit, and runners are ones that GitHub has.
 */
'use strict';

const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');

/** actionlint knows those of its own year only. */
const RUNNERS = new Set([
  ...['ubuntu-latest', 'ubuntu-24.04', 'ubuntu-24.04-arm', 'macos-latest', 'macos-15', 'macos-15-intel'],
  ...['windows-latest', 'windows-2025', 'windows-11-arm'],
]);

/** @typedef {{ file: string, line: number, message: string }} Fault */

/** @returns {string[]} relative to the root */
function workflows() {
  return ['.github/workflows', 'examples', 'docs']
    .filter((folder) => fs.existsSync(path.join(root, folder)))
    .flatMap((folder) =>
      fs
        .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
        .map((file) => path.join(folder, file)),
    )
    .filter((file) => /\.ya?ml$/.test(file) && /^jobs:/m.test(read(file)))
    .sort();
}

/** @param {string} file */
const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');

/**
 * @param {string} file
 * @param {string} text
 * @returns {Fault[]}
 */
function ownRules(file, text) {
  /** @type {Fault[]} */
  const faults = [];
  for (const [index, line] of text.split('\n').entries()) {
    const say = (/** @type {string} */ message) => faults.push({ file, line: index + 1, message });
    const action = /\buses: *(\S+)/.exec(line)?.[1];
    // What users copy is theirs to pin; a tag is what they will know how to renew.
    if (file.startsWith('.github') && action && !action.startsWith('./') && !/@[0-9a-f]{40}$/.test(action))
      say(`${action} is not pinned to a commit`);
    const runner = /\b(?:runs-on|runner): *([a-z0-9.-]+)/.exec(line)?.[1];
    if (runner && !RUNNERS.has(runner)) say(`GitHub has no runner ${runner} that we know of`);
  }
  return faults;
}

/** @returns {Promise<Fault[]>} */
async function check() {
  const { createLinter } = createRequire(__filename)('actionlint');
  const lint = await createLinter();
  return workflows().flatMap((file) => {
    const text = read(file);
    /** @type {Array<Fault & { kind: string }>} */
    const found = lint(text, file);
    return [...found.filter(({ kind }) => kind !== 'runner-label'), ...ownRules(file, text)];
  });
}

(async () => {
  const found = await check();
  for (const { file, line, message } of found) console.error(`${file}:${line}: ${message}`);
  console.log(`${workflows().length} workflows, ${found.length} faults`);
  process.exitCode = found.length === 0 ? 0 : 1;
})();
