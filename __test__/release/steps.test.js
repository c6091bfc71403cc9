'use strict';

/**
 * The steps of a release: the manifests below `npm/`, the tarballs, the order in which they reach a registry, and the
 * workflow that takes these steps.
 */

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { PUBLISHED } = require('../../lib/platform');
const { collect } = require('../../scripts/release/assemble');
const { PLATFORMS, binaryName, manifest, packageName, readme } = require('../../scripts/release/platforms');
const { publish } = require('../../scripts/release/publish');
const { root } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

const { napi, version } = require('../../package.json');

test('every platform is in all four places: npm/, the napi targets, the loader, the workflow', () => {
  const names = PLATFORMS.map(({ name }) => name);
  assert.deepEqual(
    napi.targets,
    PLATFORMS.map(({ target }) => target),
  );
  assert.deepEqual([...PUBLISHED].sort(), [...names].sort());
  const folders = fs.readdirSync(path.join(root, 'npm'), { withFileTypes: true });
  assert.deepEqual(
    folders.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    [...names].sort(),
  );
  const workflow = fs.readFileSync(path.join(root, '.github', 'workflows', 'release.yml'), 'utf8');
  for (const { name, target } of PLATFORMS) {
    assert.ok(workflow.includes(`platform: ${name}, target: ${target}, runner`), `${name} is not built`);
    assert.match(workflow, new RegExp(`platform: ${name}, runner: \\S+, node`), `${name} is not tried`);
  }
});

test('the manifests below npm/ are up to date', () => {
  for (const platform of PLATFORMS) {
    const read = (/** @type {string} */ file) =>
      fs.readFileSync(path.join(root, 'npm', platform.name, file), 'utf8');
    assert.deepEqual(JSON.parse(read('package.json')), manifest(platform), 'run `npm run platforms`');
    assert.equal(read('README.md'), readme(platform), 'run `npm run platforms`');
  }
  assert.deepEqual(manifest(PLATFORMS[1]), {
    name: 'heap-analyzer-linux-x64-musl',
    version,
    description: 'The engine of heap-analyzer for Linux x64 (musl)',
    keywords: ['heap-analyzer'],
    license: 'MIT',
    main: 'heap-analyzer.linux-x64-musl.node',
    files: ['heap-analyzer.linux-x64-musl.node'],
    os: ['linux'],
    cpu: ['x64'],
    libc: ['musl'],
    engines: { node: '>=18.18' },
  });
});

test('a release is refused while a binary is missing or wrong', (t) => {
  const directory = temporaryDirectory(t);
  const mixedUp = PLATFORMS.find(({ name }) => name === 'darwin-x64');
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(0xfeedfacf, 0);
  bytes.writeUInt32LE(0x0100000c, 4);
  fs.writeFileSync(path.join(directory, binaryName(mixedUp)), bytes);
  const { missing, wrong } = collect(directory);
  assert.deepEqual(
    missing,
    PLATFORMS.map(({ name }) => name).filter((name) => name !== 'darwin-x64'),
  );
  assert.deepEqual(wrong, [
    'heap-analyzer.darwin-x64.node: it is for darwin arm64, not for macOS x64 (Intel)',
  ]);
});

/**
 * An npm in the way of the real one, which knows what is published and notes what it is asked to do.
 * @param {import('node:test').TestContext} t
 * @param {{ published?: string[], refuses?: string }} world
 */
function pretendNpm(t, { published = [], refuses = '' }) {
  const directory = temporaryDirectory(t);
  const log = path.join(directory, 'log');
  fs.writeFileSync(log, '');
  fs.writeFileSync(
    path.join(directory, 'npm'),
    `#!${process.execPath}
     const [command, subject, ...rest] = process.argv.slice(2);
     if (command === 'view') {
       if (${JSON.stringify(published)}.includes(subject)) console.log('"there"');
       else { console.error('npm error code E404'); process.exit(1); }
     } else {
       if (subject === ${JSON.stringify(refuses)}) process.exit(1);
       require('node:fs').appendFileSync(${JSON.stringify(log)}, [command, subject, ...rest].join(' ') + '\\n');
     }`,
    { mode: 0o755 },
  );
  const before = process.env.PATH;
  process.env.PATH = `${directory}${path.delimiter}${before}`;
  t.after(() => (process.env.PATH = before));
  t.mock.method(console, 'log', () => {});
  return () => fs.readFileSync(log, 'utf8').split('\n').slice(0, -1);
}

/** @param {import('node:test').TestContext} t @param {string} [released] */
function releaseFolder(t, released = version) {
  const folder = temporaryDirectory(t);
  const names = [...PLATFORMS.slice(0, 4).map(packageName), 'heap-analyzer'];
  const order = names.map((name) => ({ name, version: released, tarball: `${name}-${released}.tgz` }));
  fs.writeFileSync(path.join(folder, 'order.json'), JSON.stringify(order));
  return { folder, names };
}

test('publishing: the platforms first, the main package last, with provenance', (t) => {
  const { folder, names } = releaseFolder(t);
  const asked = pretendNpm(t, {});
  publish({ folder, dryRun: false });
  assert.deepEqual(
    asked(),
    names.map((name) => `publish ./${name}-${version}.tgz --access public --tag latest --provenance`),
  );
});

test('publishing again after it stopped halfway: what is there is passed over', (t) => {
  const { folder, names } = releaseFolder(t);
  const [first, second] = names;
  const asked = pretendNpm(t, { published: [`${first}@${version}`, `${second}@${version}`] });
  assert.deepEqual(
    publish({ folder, dryRun: false }),
    names.slice(2).map((name) => `${name}@${version}`),
  );
  assert.equal(asked().length, names.length - 2);
});

test('a platform that cannot be published keeps the main package back', (t) => {
  const { folder, names } = releaseFolder(t);
  const asked = pretendNpm(t, { refuses: `./${names[3]}-${version}.tgz` });
  assert.throws(() => publish({ folder, dryRun: false }), {
    message: `npm could not publish ${names[3]}@${version}`,
  });
  assert.equal(asked().length, 3);
});

test('a prerelease does not become what people get, and a dry run publishes nothing', (t) => {
  const { folder } = releaseFolder(t, '2.1.0-rc.1');
  const asked = pretendNpm(t, {});
  publish({ folder, dryRun: true });
  for (const line of asked()) assert.match(line, / --tag next --dry-run$/);
});

test('npm itself accepts what a release publishes', (t) => {
  const folder = temporaryDirectory(t);
  const { assemble } = require('../../scripts/release/assemble');
  const [{ tarball }] = assemble({ destination: folder, binaries: {} });
  const options = [
    '--dry-run',
    '--json',
    '--access',
    'public',
    '--registry',
    'http://127.0.0.1:9/',
    '--fetch-retries',
    '0',
  ];
  const args = ['publish', tarball, ...options];
  const answer = execFileSync('npm', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
  });
  assert.match(answer, new RegExp(`"id": "heap-analyzer@${version}"`));
});
