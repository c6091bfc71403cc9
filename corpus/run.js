// @ts-check
// Runs the corpus: every app is driven, its three snapshots are given to the leak finder, and the answer is held
// against the truth. One line an app, totals, a closing line; ends with 1 when anything is wrong.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');

const engine = /** @type {Record<string, any>} */ (require('..'));
const { allApps } = require('./apps');
const { snapshotsOf } = require('./drive');
const { judge } = require('./judge');
const { NotInstalled } = require('./postgres');
const { prove } = require('./proof');
const { line, markdown, totals } = require('./report');

const MAJORS = [18, 20, 22, 24];
/** While one app waits for its timers, another can be loaded. */
const AT_ONCE = 2;
/** The quick run needs a database once, and that on the Node version most people have. */
const DATABASE_MAJOR = 20;
const DOCUMENT = path.join(__dirname, '..', 'docs', 'leak-corpus.md');
const USAGE = `usage: node corpus/run.js [--quick | --full] [--only NAME] [--node 20,22] [--prove] [--write] [--answers]

  --quick   every pattern, the guide and a third of the controls, spread over the Node versions (default)
  --full    every app on every Node version
  --only    only apps whose name contains this, on every Node version unless --node says otherwise
  --node    only on these Node versions
  --prove   also prove by plain comparison that leaking apps leak and the others do not
  --write   put the table into docs/leak-corpus.md
  --answers print the findings as JSON under each app`;

/** @typedef {{ app: import('./apps').App, node: number }} Task */

/**
 * Each app once, on a Node version that changes from app to app; a pair stays together. Of the pairs of a pattern
 * the first, of the controls every third, of the apps with a database the first pair; and those that say so.
 * @returns {Task[]}
 */
function quickTasks() {
  const [withDatabase, others] = [true, false].map((wanted) =>
    allApps().filter(({ truth }) => (truth.postgres !== undefined) === wanted),
  );
  const pair = withDatabase.filter(({ role }) => role !== 'control').slice(0, 2);
  return [...spread(others), ...pair.map((app) => ({ app, node: DATABASE_MAJOR }))];
}

/** @param {import('./apps').App[]} apps @returns {Task[]} */
function spread(apps) {
  /** @type {Map<string, string[]>} */
  const bases = new Map();
  /** @type {Task[]} */
  const tasks = [];
  let turn = 0;
  for (const app of apps) {
    const base = app.name.replace(/-(leak|fixed)$/, '');
    const seen = bases.get(app.group) ?? [];
    bases.set(app.group, seen);
    if (!seen.includes(base)) {
      seen.push(base);
      turn++;
    }
    const place = seen.indexOf(base);
    const inTurn = app.group === 'guide' || (app.group === 'control' ? place % 3 === 0 : place === 0);
    const taken = inTurn || app.truth.quick;
    if (taken) tasks.push({ app, node: MAJORS[turn % MAJORS.length] });
  }
  return tasks;
}

/** @param {Task} task @param {{ prove?: boolean, answers?: boolean }} options */
async function run({ app, node }, options) {
  /** @type {import('./report').Result} */
  const result = { app: app.name, role: app.role, node, passed: false, milliseconds: 0 };
  try {
    const series = await snapshotsOf(app, node);
    const { baseline, target, final } = series;
    const start = performance.now();
    if (engine.findLeaks) {
      const answer = await engine.findLeaks({ baseline, target, final });
      result.verdict = judge(app, answer);
      if (options.answers) console.log(JSON.stringify(answer.findings, null, 2));
    }
    result.milliseconds = performance.now() - start;
    if (options.prove || !engine.findLeaks) result.proof = await prove(app, series);
    result.passed = (result.verdict?.passed ?? true) && (result.proof?.ok ?? true);
  } catch (error) {
    if (error instanceof NotInstalled) result.skipped = error.message;
    else result.error = String(/** @type {Error} */ (error)?.message ?? error);
  }
  return result;
}

/**
 * @param {Task[]} tasks
 * @param {number} atOnce
 * @param {{ prove?: boolean, answers?: boolean }} options
 * @returns {Promise<import('./report').Result[]>} in the order of the tasks
 */
async function runAll(tasks, atOnce, options) {
  /** @type {import('./report').Result[]} */
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) {
      const at = next++;
      results[at] = await run(tasks[at], options);
      console.log(line(results[at]));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function main() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      only: { type: 'string' },
      node: { type: 'string' },
      prove: { type: 'boolean' },
      write: { type: 'boolean' },
      answers: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(USAGE);
  const wanted = values.node?.split(',').map(Number);
  const everything = values.full || values.only || wanted;
  const tasks = everything
    ? (wanted ?? MAJORS).flatMap((node) => allApps().map((app) => ({ app, node })))
    : quickTasks();
  const chosen = tasks.filter(({ app }) => app.name.includes(values.only ?? ''));
  if (!engine.findLeaks) console.log('no findLeaks yet: only proving what the apps are');

  const withDatabase = (/** @type {Task} */ { app }) => app.truth.postgres !== undefined;
  const withoutDatabase = (/** @type {Task} */ task) => !withDatabase(task);
  const results = [
    ...(await runAll(chosen.filter(withoutDatabase), AT_ONCE, values)),
    // These share one server.
    ...(await runAll(chosen.filter(withDatabase), 1, values)),
  ];
  console.log(`\n${totals(results).join('\n')}`);
  if (values.write) write(results);
  // The bar: nobody healthy is accused, and of the leaking apps all but one in twenty are told right in every part.
  const skipped = results.filter((result) => result.skipped).length;
  const wrong = results.filter((result) => !result.passed && !result.skipped);
  const leaking = results.filter((result) => result.role === 'leak' && !result.skipped).length;
  const missed = wrong.filter(({ role, error }) => role === 'leak' && !error);
  const tolerated = missed.length * 20 <= leaking ? missed.length : 0;
  if (tolerated > 0)
    console.log(`within one in twenty: ${missed.map(({ app, node }) => `${app} on ${node}`).join(', ')}`);
  const failed = wrong.length - tolerated;
  const passed = results.length - wrong.length - skipped;
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;
}

/** @param {import('./report').Result[]} results */
function write(results) {
  const text = [
    '# Leak corpus',
    'Written by `node corpus/run.js --full --write`; what the apps are stands in [corpus/README.md](../corpus/README.md).',
    'The apps called `pg-…` keep their data in a real PostgreSQL, which is started for each of them.',
    `${totals(results)
      .map((total) => `- ${total}`)
      .join('\n')}`,
    markdown(results),
  ].join('\n\n');
  fs.writeFileSync(DOCUMENT, text);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
