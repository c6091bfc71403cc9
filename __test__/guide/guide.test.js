'use strict';

/**
 * The guide as a whole: no piece of it is forgotten, and those that are no workflow do what they say, as they stand:
 * snapshots by the inspector and by signals, the monitors, the files for PM2, Docker and Kubernetes.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const vm = require('node:vm');
const { analyze, findLeaks } = require('../..');
const { root, run } = require('../helpers/run');
const { block, blocks, commands, page } = require('./blocks');
const { appOf, freePort, noShell, readersProject, snapshotsIn, start, type, until } = require('./live');

const skip = noShell;
const frameworks = path.join(root, '__test__', 'frameworks', 'node_modules');

test('every piece of the guide is run by a test of this folder', () => {
  const sources = fs
    .readdirSync(__dirname)
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => fs.readFileSync(path.join(__dirname, name), 'utf8'))
    .join('\n');
  const taken = [...sources.matchAll(/(?:block|commands)\(\s*'([^']+)'/g)].map(([, name]) => name);
  assert.deepEqual([...new Set(taken)].sort(), [...blocks.keys()].sort());
});

test('the guide is UTF-8, and what it corrects it names', () => {
  const table = page.slice(page.indexOf('## What was changed'));
  const text = page.slice(0, page.length - table.length);
  assert.doesNotMatch(text, /Ã|â€|ðŸ|\ufffd/);
  for (const corrected of [
    'LRUCache',
    'pgrep',
    'FROM node:18',
    '0.0.0.0',
    'httpGet',
    'metrics',
    'await',
    '@123456',
  ])
    assert.ok(table.includes(corrected), corrected);
  assert.doesNotMatch(text, /FROM node:18|0\.0\.0\.0|new LRU\(/);
});

test('method 1: two snapshots by the inspector, with the same ids for the same objects', async (t) => {
  const directory = readersProject(t);
  fs.writeFileSync(path.join(directory, 'app.js'), block('Method 1: V8 inspector / js'));
  const { code, stdout, stderr } = await run(['app.js'], { cwd: directory });
  assert.equal(code, 0, stderr);
  const files = ['heap-baseline', 'heap-after'].map((name) => path.join(directory, `${name}.heapsnapshot`));
  for (const file of files) assert.ok(stdout.includes(`Heap snapshot written to ${path.basename(file)}`));
  const { comparedBy } = await findLeaks({ snapshots: files });
  assert.equal(comparedBy, 'id');
});

test('method 2: a handler for SIGUSR2, and the kill', { skip }, async (t) => {
  const directory = readersProject(t);
  const handler = block('Method 2: process signals / js');
  fs.writeFileSync(path.join(directory, 'app.js'), appOf(handler));
  const app = await start(directory, 'node app.js', { PORT: String(await freePort()) });
  const [kill, ...more] = commands('Method 2: process signals / bash');
  assert.deepEqual(more, []);
  const { code, stderr } = await type(directory, kill.replace('<node-process-pid>', String(app.pid)));
  assert.equal(code, 0, stderr);
  await until(() => /Heap snapshot written to heap-\d+\.heapsnapshot/.test(app.output()));
  const [file, ...others] = snapshotsIn(directory);
  assert.deepEqual(others, []);
  await analyze(path.join(directory, file), { top: 0 });
});

test(
  'memory profiling integration: --heapsnapshot-signal, and pgrep to find the process',
  { skip },
  async (t) => {
    const directory = readersProject(t);
    // A name of its own: `pgrep -f` looks at every process of this machine.
    const name = `app${process.pid}x${Date.now()}.js`;
    fs.writeFileSync(path.join(directory, name), appOf());
    const [serve, kill, ...more] = commands('Memory profiling integration / bash');
    assert.deepEqual(more, []);
    const here = (/** @type {string} */ line) =>
      line.replace('app.js', name).replace('--inspect ', '--inspect=127.0.0.1:0 ');
    const app = await start(directory, here(serve), { PORT: String(await freePort()) });
    const { code, stderr } = await type(directory, here(kill));
    assert.equal(code, 0, stderr);
    await until(() => snapshotsIn(directory).length === 1);
    const [file] = snapshotsIn(directory);
    assert.match(file, new RegExp(`^Heap\\.\\d{8}\\.\\d{6}\\.${app.pid}\\.0\\.\\d+\\.heapsnapshot$`));
    await until(() => analyze(path.join(directory, file), { top: 0 }).catch(() => null));
  },
);

/** With thresholds and times of a test. @param {string} code */
const hurry = (code) =>
  code.replace('500 * 1024 * 1024', '1024 * 1024').replace(/5 \* 60 \* 1000|2 \* 60 \* 1000|30000/, '50');

test('the three monitors: a snapshot above a line, an alert on growth, gauges', async (t) => {
  const grow = `globalThis.kept = [];
    setInterval(() => { for (let i = 0; i < 20_000 && kept.length < 400_000; i++) kept.push({ i }); }, 20);`;
  /** @type {Array<[string, RegExp, boolean]>} */
  const monitors = [
    [
      block('1. Automated snapshot collection / js'),
      /^Auto heap snapshot: heap-auto-\d+\.heapsnapshot, heapUsed: [\d.]+MB$/m,
      true,
    ],
    [block('2. Memory alerts / js'), /^Memory growth detected: [\d.]+% increase$/m, true],
    [
      block('3. Production memory monitoring / js'),
      /^Memory: RSS=[\d.]+MB.*\nnodejs\.memory\.rss \d+\nnodejs\.memory\.heap_used \d+\nnodejs\.memory\.heap_total \d+$/m,
      false,
    ],
  ];
  await Promise.all(
    monitors.map(async ([code, said, snapshot]) => {
      const directory = readersProject(t);
      fs.writeFileSync(
        path.join(directory, 'app.js'),
        `${hurry(code)}\n${grow}\nconsole.log('listening', process.pid);`,
      );
      const app = await start(directory, 'node app.js', {});
      await until(() => said.test(app.output()));
      // An alert is said before its snapshot is whole.
      if (snapshot) await until(() => snapshotsIn(directory).length > 0);
      else assert.deepEqual(snapshotsIn(directory), []);
    }),
  );
});

test('PM2: the file is read by PM2’s own reader, and its options by Node', { skip }, async (t) => {
  const directory = readersProject(t);
  const file = path.join(directory, 'ecosystem.config.js');
  fs.writeFileSync(file, block('PM2 integration / js'));
  const { apps } = require(file);
  const Common = require(path.join(frameworks, 'pm2', 'lib', 'Common.js'));
  const verified = Common.verifyConfs(structuredClone(apps));
  assert.ok(!(verified instanceof Error), String(verified));
  const [{ script, node_args: given, kill_timeout: patience }] = apps;
  assert.equal(patience, 30_000);
  // What PM2 does with it: node, these arguments, the script. (PM2 itself runs in __test__/capture/guide.test.js.)
  fs.writeFileSync(path.join(directory, script), appOf());
  fs.mkdirSync(path.join(directory, 'heap-snapshots'));
  const line = `node ${given.replace('--inspect ', '--inspect=127.0.0.1:0 ')} ${script}`;
  const app = await start(directory, line, { PORT: String(await freePort()) });
  process.kill(app.pid, 'SIGUSR2');
  await until(() => snapshotsIn(path.join(directory, 'heap-snapshots')).length === 1);
});

test('Docker: each line of the file by hand, as far as that goes without Docker', { skip }, async (t) => {
  const directory = readersProject(t);
  const lines = block('Docker integration / dockerfile')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => /** @type {[string, string]} */ (/^([A-Z]+) (.*)$/.exec(line)?.slice(1)));
  assert.deepEqual(
    lines.map(([word]) => word),
    ['FROM', 'WORKDIR', 'COPY', 'RUN', 'COPY', 'RUN', 'CMD'],
  );
  const [[, image], [, place], [, manifests], [, install], , [, makeDirectory], [, command]] = lines;
  const [, major] = /^node:(\d+)$/.exec(image) ?? [];
  assert.ok(Number(major) >= 20, 'a version that is maintained');
  assert.ok(manifests.startsWith('package*.json '));
  assert.match(install, /^npm ci --omit=dev$/);
  // The image's /app is the project here.
  const inside = (/** @type {string} */ text) => text.replaceAll(place, directory);
  fs.writeFileSync(path.join(directory, 'app.js'), appOf());
  assert.equal((await type(directory, inside(makeDirectory))).code, 0);
  const [program, ...args] = JSON.parse(command);
  const app = await start(directory, inside([program, ...args].join(' ')), {
    PORT: String(await freePort()),
  });
  process.kill(app.pid, 'SIGUSR2');
  await until(() => snapshotsIn(path.join(directory, 'heap-snapshots')).length === 1);
});

/**
 * What `apps/v1` requires, and a probe of one kind.
 * @param {any} deployment
 * @returns {{ path: string }}
 */
function probeOf(deployment) {
  const { selector, template } = deployment.spec;
  assert.deepEqual([deployment.apiVersion, deployment.kind], ['apps/v1', 'Deployment']);
  assert.match(deployment.metadata.name, /^[a-z0-9-]+$/);
  assert.deepEqual(selector.matchLabels, template.metadata.labels);
  const [{ livenessProbe, name, image }] = template.spec.containers;
  assert.ok(name && image);
  const ways = Object.keys(livenessProbe).filter((key) =>
    ['httpGet', 'exec', 'tcpSocket', 'grpc'].includes(key),
  );
  assert.deepEqual(ways, ['httpGet'], 'a probe has one way');
  assert.equal(livenessProbe.httpGet.port, 3000);
  return livenessProbe.httpGet;
}

test('Kubernetes: a deployment with all that is required, and a probe that the app answers', async (t) => {
  const yaml = require(path.join(frameworks, 'js-yaml'));
  const deployment = yaml.load(block('Kubernetes health checks / yaml'));
  const { path: route } = probeOf(deployment);

  const health = block('Kubernetes health checks / js');
  new vm.Script(health);
  for (const [limit, status] of [
    ['536870912', 200],
    ['1', 503],
  ]) {
    const directory = readersProject(t);
    fs.writeFileSync(path.join(directory, 'app.js'), appOf(health.replace('536870912', String(limit))));
    const own = await freePort();
    await start(directory, 'node app.js', { PORT: String(own) });
    assert.equal((await fetch(`http://localhost:${own}${route}`)).status, status);
  }
});

const example = (/** @type {string} */ name) => fs.readFileSync(path.join(root, 'examples', name), 'utf8');

test('examples: the app to try things on, and the visit to it', async (t) => {
  const directory = readersProject(t);
  fs.writeFileSync(
    path.join(directory, 'leaking-app.js'),
    `${example('leaking-app.js')}\nconsole.log('listening', 1);`,
  );
  const port = await freePort();
  await start(directory, 'node leaking-app.js', { PORT: String(port) });
  const url = `http://127.0.0.1:${port}`;
  const visit = require(path.join(root, 'examples', 'visit.js'));
  const { signal } = new AbortController();
  for (let number = 0; number < 3; number++)
    await until(() =>
      visit({ url, number, signal }).then(
        () => true,
        () => false,
      ),
    );
  const seen = await (await fetch(`${url}/user/1`)).json();
  assert.equal(seen.id, '1');
  assert.equal((await fetch(`${url}/debug/heap-snapshot/memory`)).status, 200);
});

test('examples: the Dockerfile is that of the docs, the deployment is whole', () => {
  const docs = fs.readFileSync(path.join(root, 'docs', 'capture.md'), 'utf8');
  const [, shown] = /^```dockerfile\n(.*?)^```/ms.exec(docs) ?? [];
  assert.ok(example('Dockerfile').endsWith(shown));
  const yaml = require(path.join(frameworks, 'js-yaml'));
  const deployment = yaml.load(example('k8s-deployment.yaml'));
  assert.equal(probeOf(deployment).path, '/health');
  const [{ env, volumeMounts }] = deployment.spec.template.spec.containers;
  assert.equal(env[0].value, volumeMounts[0].mountPath);
  assert.deepEqual(
    volumeMounts.map((/** @type {any} */ { name }) => name),
    deployment.spec.template.spec.volumes.map((/** @type {any} */ { name }) => name),
  );
});
