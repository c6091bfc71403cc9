'use strict';

/**
 * What docs/ci.md and the workflow of examples/github-actions tell to type is what the command takes, and does. (The files
 * of tests that the page shows are run by runners.test.js; actionlint looks at the workflow in `npm run lint`.)
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { parseAccepted } = require('../lib/accepted');
const { root, run } = require('./helpers/run');
const { takeSeries } = require('./helpers/series');
const { temporaryDirectory } = require('./helpers/temporary');
const { DECLARED_AT, writeApp } = require('./helpers/web-app');

const page = fs.readFileSync(path.join(root, 'docs', 'ci.md'), 'utf8');
const workflow = fs.readFileSync(path.join(root, 'examples', 'github-actions', 'memory.yml'), 'utf8');

/** @param {string} language */
const blocks = (language) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code);

const lines = blocks('sh').flatMap((block) => block.trim().split('\n'));
/** Folded, as YAML does with `>`. */
const [, recorded] = /run: >\n((?: {10}.*\n)+)/.exec(workflow) ?? [];

const executable = path.join(root, 'cli', 'heap-analyzer.js');

/** What makes an hour of CI a second of a test. */
const PORT = '39477';
const SHORTER = [
  ['http://localhost:3000/api/users/{i}', `http://127.0.0.1:${PORT}/item/{i}`],
  ['--duration 60s', '--duration 600ms --warm-up 200ms --load own'],
];

test('the recording of the workflow, and that of the page', async (t) => {
  const folded = recorded.trim().split(/\s+/).join(' ');
  // They differ in how much load there is and in where the snapshots go, and the workflow's is the whole one.
  const kept = folded.replace(' --connections 20', '').replace(' --output-dir heaps', '');
  assert.equal(kept, lines[0]);
  const directory = temporaryDirectory(t);
  const app = writeApp(directory);
  const command = SHORTER.reduce(
    (text, [from, to]) => {
      assert.ok(text.includes(from), from);
      return text.replace(from, to);
    },
    folded.replace(/^npx heap-analyzer /, '').replace(/ -- node server\.js$/, ''),
  );
  const args = [executable, ...command.split(' '), '--', process.execPath, app];
  const { code, stdout, stderr } = await run(args, { cwd: directory, env: { PORT } });
  assert.equal(code, 1, stdout + stderr);
  const read = (/** @type {string} */ name) => fs.readFileSync(path.join(directory, name), 'utf8');
  assert.match(read('leaks.md'), /^## Leak: [^]*Map "items" in /);
  assert.match(read('leaks.xml'), /<failure message="Map &quot;items&quot; in /);
  const [{ results }] = JSON.parse(read('leaks.sarif')).runs;
  const [{ physicalLocation }] = results[0].locations;
  assert.equal(physicalLocation.artifactLocation.uri, path.basename(app));
  assert.equal(physicalLocation.region.startLine, DECLARED_AT);
});

test('find-leaks and the steps after it do what the page says', async (t) => {
  const directory = temporaryDirectory(t);
  const series = await takeSeries(directory, 'leaking');
  for (const [index, name] of ['baseline', 'target', 'final'].entries())
    fs.renameSync(series[index], path.join(directory, `${name}.heapsnapshot`));
  const [, command] = lines;
  const args = [executable, ...command.split(' ').slice(2)];
  assert.equal((await run(args, { cwd: directory })).code, 1);
  const written = fs.readdirSync(directory).filter((name) => name.startsWith('leaks.'));
  assert.deepEqual(written.sort(), ['leaks.md', 'leaks.sarif', 'leaks.xml']);
  // The names under which the workflow shows and keeps them.
  for (const name of written) assert.match(workflow, new RegExp(`\\b${name}\\b`));
  const [, step] = /run: (cat .*)\n/.exec(workflow) ?? [];
  const summary = path.join(directory, 'summary');
  const options = { command: 'bash', cwd: directory, env: { GITHUB_STEP_SUMMARY: summary } };
  const shown = await run(['-e', '-c', step], options);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(fs.readFileSync(summary, 'utf8'), /^## Leak: 1 leak over 3 snapshots\n/);
});

test('the part of the workflow on the page is that of the file', () => {
  const plain = (/** @type {string} */ text) => text.replace(/^ +/gm, '').replace(/^#.*\n/gm, '');
  const [shown] = blocks('yaml');
  assert.ok(plain(workflow).includes(plain(shown)), shown);
});

test('the file of accepted leaks on the page is one', () => {
  const [file] = blocks('json');
  assert.equal(parseAccepted(file, 'the page').length, 1);
});
