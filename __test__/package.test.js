'use strict';

/**
 * The package as a user gets it: packed, installed into an empty project, required, imported, called.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { root, run } = require('./helpers/run');
const { sessionsText } = require('./helpers/snapshot');
const { temporaryDirectory } = require('./helpers/temporary');

const directory = temporaryDirectory(test);
const project = path.join(directory, 'project');
const file = path.join(project, 'heap.heapsnapshot');
const windows = process.platform === 'win32';

/**
 * @param {string[]} args
 * @param {string} cwd
 */
async function npm(args, cwd) {
  const outcome = await run(['--no-audit', '--no-fund', '--loglevel=error', ...args], {
    command: windows ? 'npm.cmd' : 'npm',
    cwd,
    // Settings that the npm around us hands to its scripts are not meant for this one.
    env: Object.fromEntries(
      Object.keys(process.env)
        .filter((key) => /^npm_/i.test(key))
        .map((key) => [key, undefined]),
    ),
  });
  assert.equal(outcome.code, 0, outcome.stderr);
  return outcome.stdout;
}

/** Packs a folder and gives the path of the tarball. */
async function pack(folder) {
  const output = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', directory], folder);
  const [packed] = Object.values(JSON.parse(output));
  return { tarball: path.join(directory, packed.filename), files: packed.files.map((entry) => entry.path) };
}

/** @type {string[]} */
let files;

test('packs, and installs into an empty project', async () => {
  fs.mkdirSync(project);
  fs.writeFileSync(path.join(project, 'package.json'), '{"name":"empty","version":"1.0.0","private":true}');
  fs.writeFileSync(file, sessionsText(10));
  const ours = await pack(root);
  files = ours.files;
  // The dependencies as they are installed here: the test needs no registry.
  const tarballs = [ours.tarball];
  for (const name of Object.keys(require('../package.json').dependencies)) {
    tarballs.push((await pack(path.join(root, 'node_modules', name))).tarball);
  }
  await npm(['install', '--offline', '--ignore-scripts', ...tarballs], project);
});

test('carries what is needed and nothing that is not', () => {
  for (const needed of [
    'index.js',
    'index.d.ts',
    'register.js',
    'README.md',
    'LICENSE',
    'cli/heap-analyzer.js',
    'cli/demo/app.js',
    'native/binding.js',
  ]) {
    assert.ok(files.includes(needed), needed);
  }
  assert.ok(
    files.some((name) => /^native\/.*\.node$/.test(name)),
    'the binary of this platform',
  );
  const unwanted = files.filter((name) =>
    /^(src|target|__test__|conformance|fixtures|benches|\.ci|node_modules)\//.test(name),
  );
  assert.deepEqual(unwanted, []);
});

const answer = `({ snapshots, tool }) => console.log(snapshots[0].nodeCount, tool.version === version)`;

test('require', async () => {
  const source = `const { analyze, version } = require('heap-analyzer'); analyze(${JSON.stringify(file)}).then(${answer})`;
  const { stdout, stderr } = await run(['-e', source], { cwd: project });
  assert.equal(stderr, '');
  assert.equal(stdout, '14 true\n');
});

test('import, by name and as a whole', async () => {
  const source = `
    import whole, { analyze, compare, findLeaks, takeHeapSnapshot, HeapAnalyzerError, version } from 'heap-analyzer';
    if (whole.compare !== compare || !findLeaks || !takeHeapSnapshot || !HeapAnalyzerError) throw new Error('missing');
    await analyze(${JSON.stringify(file)}).then(${answer});`;
  const { stdout, stderr } = await run(['--input-type=module', '-e', source], { cwd: project });
  assert.equal(stderr, '');
  assert.equal(stdout, '14 true\n');
});

test('npx heap-analyzer analyze', async () => {
  const output = await npm(['exec', '--offline', '--', 'heap-analyzer', 'analyze', file, '--json'], project);
  assert.equal(JSON.parse(output).snapshots[0].nodeCount, 14);
});

test('npx heap-analyzer find-leaks, as the guide has it', async () => {
  const names = ['heap-baseline.heapsnapshot', 'heap-after-load.heapsnapshot'];
  for (const [index, name] of names.entries())
    fs.writeFileSync(path.join(project, name), sessionsText(10 + index));
  const [baseline, target] = names;
  const args = ['find-leaks', '--baseline', baseline, '--target', target, '--trace-all-objects'];
  const output = await npm(['exec', '--offline', '--', 'heap-analyzer', ...args], project);
  assert.match(output, /^Clean: nothing leaks over 2 snapshots\.\n\nAll new objects, by class/);
});

test('npx heap-analyzer demo', async () => {
  const output = await npm(['exec', '--offline', '--', 'heap-analyzer', 'demo', '--json'], project);
  assert.ok(
    JSON.parse(output).rows.some(({ name, countDelta }) => name === 'Session' && countDelta === 2000),
  );
});
