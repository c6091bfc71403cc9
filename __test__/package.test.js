'use strict';

/**
 * The packages as users get them: packed as a release packs them, installed from a registry into an empty project on a
 * machine that has Node and no cargo, then required, imported, called, and used to find a leak, on every Node we promise.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test, before, after } = require('node:test');
const { majors } = require('../fixtures/nodes');
const { platformName } = require('../lib/platform');
const { assemble } = require('../scripts/release/assemble');
const { hunt } = require('../scripts/release/hunt');
const {
  PLATFORMS,
  binaryName,
  manifest,
  packageName,
  platformNamed,
} = require('../scripts/release/platforms');
const { machine } = require('./helpers/machine');
const { startRegistry } = require('./helpers/registry');
const { root, run } = require('./helpers/run');
const { sessionsText } = require('./helpers/snapshot');
const { temporaryDirectory } = require('./helpers/temporary');

const { dependencies, version } = require('../package.json');
const platform = platformNamed(platformName());

const directory = temporaryDirectory(test);
const destination = path.join(directory, 'release');
const project = path.join(directory, 'project');
const file = path.join(project, 'heap.heapsnapshot');

/** @type {import('../scripts/release/assemble').Packed[]} */
let packed;
/** @type {import('./helpers/registry').Registry} */
let registry;
/** @type {import('./helpers/machine').Machine} of the Node that runs the tests */
let here;

const major = Number(process.versions.node.split('.')[0]);

before(async () => {
  fs.mkdirSync(destination);
  // HEAP_ANALYZER_BINARY: another binary than the checkout's, above all the one that is published.
  const binary = process.env.HEAP_ANALYZER_BINARY ?? path.join(root, 'native', binaryName(platform));
  packed = assemble({ destination, binaries: { [platform.name]: path.resolve(binary) } });
  // The dependencies as they are installed here: the test needs no other registry.
  const theirs = Object.keys(dependencies).map((name) => path.join(root, 'node_modules', name));
  const outcome = await run(
    ['pack', '--ignore-scripts', '--json', '--pack-destination', destination, ...theirs],
    {
      command: 'npm',
      cwd: directory,
    },
  );
  assert.equal(outcome.code, 0, outcome.stderr);
  const tarballs = fs.readdirSync(destination).filter((name) => name.endsWith('.tgz'));
  registry = await startRegistry(
    tarballs.map((name) => path.join(destination, name)),
    PLATFORMS.filter((other) => other !== platform).map(manifest),
  );
  here = await machine(major, { directory: path.join(directory, 'here'), registry: registry.url });
  fs.mkdirSync(project);
  fs.writeFileSync(path.join(project, 'package.json'), '{"name":"empty","version":"1.0.0","private":true}');
  fs.writeFileSync(file, sessionsText(10));
});
after(() => registry.close());

/** @param {string[]} args @param {string} [cwd] */
async function npm(args, cwd = project) {
  const outcome = await here.run('npm', args, cwd);
  assert.equal(outcome.code, 0, outcome.stderr);
  return outcome.stdout;
}

/** Everything that may be in the main package. Whoever adds a folder adds it here, and thinks of the size. */
const ALLOWED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^(index|register)\.(js|d\.ts)$/,
  /^(lib|cli)\/([a-z-]+\/)*[a-z-]+\.js$/,
  /^lib\/objects\/types\.d\.ts$/,
  /^docs\/([a-z-]+\/)*([a-z-]+|README)\.(md|svg|png)$/,
  /^viewer\/dist\/(viewer\.(js|css)|LICENSES\.txt)$/,
];

test('the main package carries what is needed and nothing else, no binary above all', () => {
  const { files, size } = packed[packed.length - 1];
  assert.deepEqual(
    files.filter((name) => !ALLOWED.some((pattern) => pattern.test(name))),
    [],
  );
  for (const needed of [
    ...['index.js', 'index.d.ts', 'register.js', 'register.d.ts', 'README.md', 'LICENSE'],
    ...[
      'cli/heap-analyzer.js',
      'cli/demo/app.js',
      'lib/native.js',
      'docs/install.md',
      'viewer/dist/viewer.js',
    ],
  ])
    assert.ok(files.includes(needed), needed);
  assert.ok(size < 600e3, `${size} bytes`);
});

test('the package of a platform carries its binary, the licence and nothing else', () => {
  const [{ name, files, size }] = packed;
  assert.equal(name, packageName(platform));
  assert.deepEqual(files.sort(), ['LICENSE', 'README.md', binaryName(platform), 'package.json'].sort());
  assert.ok(size < 3e6, `${size} bytes`);
});

test('the manifest names every platform, and nothing in it runs at an installation', () => {
  const published = require('../scripts/release/assemble').mainManifest('https://example.com/a/b');
  assert.deepEqual(
    published.optionalDependencies,
    Object.fromEntries(PLATFORMS.map((p) => [packageName(p), version])),
  );
  assert.equal(published.scripts, undefined);
  assert.equal(published.devDependencies, undefined);
  assert.deepEqual(published.repository, { type: 'git', url: 'git+https://example.com/a/b.git' });
  // npm compiles by itself whatever has this file.
  assert.ok(!packed.some(({ files }) => files.includes('binding.gyp')));
  const { optionalDependencies, scripts } = require('../package.json');
  assert.equal(optionalDependencies, undefined, 'unpublished names in the repository break `npm ci`');
  assert.deepEqual(
    Object.keys(scripts).filter((name) => /install/.test(name)),
    [],
  );
});

test('npm install, with no cargo on the PATH: ours, our dependencies, one platform', async () => {
  assert.equal((await here.run('sh', ['-c', 'command -v cargo'], project)).code, 127);
  await npm(['install', 'heap-analyzer', '--foreground-scripts']);
  const installed = fs
    .readdirSync(path.join(project, 'node_modules'))
    .filter((name) => !name.startsWith('.'));
  assert.deepEqual(
    installed.sort(),
    ['heap-analyzer', packageName(platform), ...Object.keys(dependencies)].sort(),
  );
  const downloaded = registry.requests.filter((name) => name.startsWith('/-/heap-analyzer'));
  assert.deepEqual(
    downloaded.sort(),
    [`/-/heap-analyzer-${version}.tgz`, `/-/${packageName(platform)}-${version}.tgz`].sort(),
  );
});

test('npm ci from the lock file of that installation', async () => {
  const lock = JSON.parse(fs.readFileSync(path.join(project, 'package-lock.json'), 'utf8'));
  assert.deepEqual(
    Object.keys(lock.packages).filter((name) => lock.packages[name].hasInstallScript),
    [],
  );
  for (const other of PLATFORMS)
    assert.ok(lock.packages[`node_modules/${packageName(other)}`].optional, packageName(other));
  await npm(['ci']);
  assert.ok(fs.existsSync(path.join(project, 'node_modules', packageName(platform), binaryName(platform))));
});

test('what `npm pack` makes of a checkout can be installed too; its `prepare` is not run there', async () => {
  const pair = path.join(directory, 'pair');
  const folder = path.join(directory, 'platform');
  fs.mkdirSync(pair);
  fs.cpSync(path.join(root, 'npm', platform.name), folder, { recursive: true });
  fs.copyFileSync(path.join(root, 'native', binaryName(platform)), path.join(folder, binaryName(platform)));
  // `prepare` would build now, which is not what this is about.
  await npm(['pack', '--ignore-scripts', '--pack-destination', pair, root, folder]);
  const tarballs = fs.readdirSync(pair).map((name) => `./${name}`);
  assert.equal(tarballs.length, 2);
  fs.writeFileSync(path.join(pair, 'package.json'), '{"name":"pair","private":true}');
  await npm(['install', ...tarballs], pair);
  const { stdout, stderr } = await here.run('npx', ['heap-analyzer', 'analyze', file, '--json'], pair);
  assert.equal(JSON.parse(stdout).snapshots[0].nodeCount, 14, stderr);
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

test('npx heap-analyzer find-leaks, as the guide has it', async () => {
  const names = ['heap-baseline.heapsnapshot', 'heap-after-load.heapsnapshot'];
  for (const [index, name] of names.entries())
    fs.writeFileSync(path.join(project, name), sessionsText(10 + index));
  const [baseline, target] = names;
  const args = ['find-leaks', '--baseline', baseline, '--target', target, '--trace-all-objects'];
  const { stdout, stderr } = await here.run('npx', ['heap-analyzer', ...args], project);
  assert.match(stdout, /^Clean: nothing leaks over 2 snapshots\.\n\nAll new objects, by class/, stderr);
});

test('npx heap-analyzer demo', async () => {
  const { stdout, stderr } = await here.run('npx', ['heap-analyzer', 'demo', '--json'], project);
  assert.ok(
    JSON.parse(stdout).rows.some(({ name, countDelta }) => name === 'Session' && countDelta === 2000),
    stderr,
  );
});

test('without optional packages: one sentence with what to do, and exit code 3', async () => {
  const bare = path.join(directory, 'bare');
  fs.mkdirSync(bare);
  fs.writeFileSync(path.join(bare, 'package.json'), '{"name":"bare","private":true}');
  await npm(['install', 'heap-analyzer', '--omit=optional'], bare);
  const { code, stdout, stderr } = await here.run('npx', ['heap-analyzer', 'analyze', file], bare);
  assert.equal(code, 3);
  assert.equal(stdout, '');
  assert.ok(
    stderr.includes(
      `the package ${packageName(platform)} is not installed; run \`npm install\` again on this machine`,
    ),
    stderr,
  );
});

test('the release workflow tries the packages the same way', async () => {
  const script = path.join(root, 'scripts', 'release', 'try.js');
  const { code, stdout, stderr } = await here.run('node', [script, destination, platform.name], directory);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /: installed, and the leak was found by its name\n$/);
  const other = await here.run('node', [script, destination, 'freebsd-x64'], directory);
  assert.equal(other.code, 1);
  assert.equal(other.stderr, `try: this is ${platform.name}, not freebsd-x64\n`);
});

test('on every other Node: install, --help, and a leak found by name', { concurrency: 2 }, async (t) => {
  const others = majors().filter((release) => release !== major);
  await Promise.all(
    others.map((release) =>
      t.test(`Node ${release}`, { timeout: 120_000 }, async () => {
        const home = path.join(directory, `node-${release}`);
        const user = await machine(release, { directory: home, registry: registry.url });
        const theirs = path.join(home, 'project');
        fs.mkdirSync(theirs);
        fs.writeFileSync(path.join(theirs, 'package.json'), '{"name":"theirs","private":true}');
        const install = await user.run('npm', ['install', 'heap-analyzer'], theirs);
        assert.equal(install.code, 0, install.stderr);

        const help = await user.run('npx', ['heap-analyzer', '--help'], theirs);
        assert.equal(help.stderr, '');
        assert.match(help.stdout, /^Usage: heap-analyzer .*find-leaks/s);

        const node = path.join(user.env.PATH, 'node');
        const env = { ...process.env, ...user.env };
        assert.deepEqual(await hunt({ node, env, project: theirs }), []);
      }),
    ),
  );
});
