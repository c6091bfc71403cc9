'use strict';

/**
 * The first two methods of the usual guide to heap snapshots, inspector and signal, as they are written there by hand
 * and as our examples have them; and its configuration of PM2. (The guide's code itself fails in versions.test.js.)
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { analyze } = require('../..');
const { project } = require('../helpers/project');
const { root, run } = require('../helpers/run');
const { start } = require('./child');

/** The guide's own, to the letter. */
const GUIDE = {
  'inspector-snapshots': `
const inspector = require('inspector');
const fs = require('fs');

// Start inspector session
const session = new inspector.Session();
session.connect();

// Take heap snapshot
function takeHeapSnapshot(filename) {
  return new Promise((resolve) => {
    const fd = fs.openSync(filename, 'w');
    
    session.on('HeapProfiler.addHeapSnapshotChunk', (m) => {
      fs.writeSync(fd, m.params.chunk);
    });
    
    session.post('HeapProfiler.takeHeapSnapshot', null, () => {
      fs.closeSync(fd);
      console.log(\`Heap snapshot written to \${filename}\`);
      resolve();
    });
  });
}

// Usage in your app
await takeHeapSnapshot('heap-baseline.heapsnapshot');
// ... perform memory-intensive operations ...
await takeHeapSnapshot('heap-after.heapsnapshot');`,
  'signal-snapshots': `
process.on('SIGUSR2', () => {
  const filename = \`heap-\${Date.now()}.heapsnapshot\`;
  require('v8').writeHeapSnapshot(filename);
  console.log(\`Heap snapshot written to \${filename}\`);
});`,
};

const skip = process.platform === 'win32' && 'no signals';
const example = (name) => fs.readFileSync(path.join(root, 'examples', name), 'utf8');
const snapshotsIn = (directory) => fs.readdirSync(directory).filter((name) => name.endsWith('.heapsnapshot'));

/** @param {string} source */
const codeOf = (source) =>
  source
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/^'use strict';$/m, '')
    .replace(/\s+/g, ' ')
    .trim();

for (const [name, guide] of Object.entries(GUIDE)) {
  test(`examples/${name}.js is shorter than the guide's`, () => {
    const ours = codeOf(example(`${name}.js`));
    assert.ok(ours.length < codeOf(guide).length, `${ours.length} and ${codeOf(guide).length} characters`);
  });
}

test('inspector: two snapshots back to back, both whole', async (t) => {
  const directory = project(t);
  const file = path.join(directory, 'app.js');
  fs.writeFileSync(file, example('inspector-snapshots.js'));
  const { code, stderr } = await run([file], { cwd: directory });
  assert.equal(code, 0, stderr);
  for (const name of ['heap-baseline', 'heap-after'])
    await analyze(path.join(directory, `${name}.heapsnapshot`));
});

test('inspector: the guide itself, with its `await` in a function, leaves the second one empty', async (t) => {
  const directory = project(t);
  const file = path.join(directory, 'app.js');
  // The named correction: `await` outside of a function is an error beside `require`.
  fs.writeFileSync(file, `(async () => { ${GUIDE['inspector-snapshots']} })()`);
  const { stdout } = await run([file], { cwd: directory });
  assert.match(stdout, /written to heap-baseline\.heapsnapshot/);
  await analyze(path.join(directory, 'heap-baseline.heapsnapshot'));
  await assert.rejects(analyze(path.join(directory, 'heap-after.heapsnapshot')), { code: 'ERR_HEAP_EMPTY' });
});

test('signal: the example, and the guide', { skip }, async (t) => {
  for (const source of [example('signal-snapshots.js'), GUIDE['signal-snapshots']]) {
    const directory = project(t);
    const file = path.join(directory, 'app.js');
    fs.writeFileSync(file, `${source}\nsetInterval(() => {}, 1000); console.log('ready');`);
    const app = await start(t, [file], { cwd: directory });
    process.kill(app.pid, 'SIGUSR2');
    await app.until(() => /snapshot written to/.test(app.stdout + app.stderr));
    const [name, ...more] = snapshotsIn(directory);
    assert.deepEqual(more, []);
    await analyze(path.join(directory, name), { top: 1 });
  }
});

test('no code at all: the guide’s ways of starting, and ours', { skip }, async (t) => {
  const app = path.join(project(t), 'app.js');
  fs.writeFileSync(app, `setInterval(() => {}, 1000); console.log('ready');`);
  const directory = path.dirname(app);
  // What the guide gives to PM2 and Docker: Node's own signal. HEAP_SNAPSHOT_DIR does not exist for it.
  const guide = await start(t, ['--inspect=127.0.0.1:0', '--heapsnapshot-signal=SIGUSR2', app], {
    cwd: directory,
    env: { HEAP_SNAPSHOT_DIR: './heap-snapshots' },
  });
  process.kill(guide.pid, 'SIGUSR2');
  await guide.until(() => snapshotsIn(directory).length === 1);
  assert.match(snapshotsIn(directory)[0], /^Heap\./);
  assert.ok(!fs.existsSync(path.join(directory, 'heap-snapshots')));
});

test('the manifests of the docs can be read, and say what is meant', () => {
  const page = fs.readFileSync(path.join(root, 'docs', 'capture.md'), 'utf8');
  const blocks = (language) =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code);
  const yaml = require(path.join(root, '__test__', 'frameworks', 'node_modules', 'js-yaml'));
  const [pod] = blocks('yaml').map((text) => yaml.load(text));
  const mounts = pod.containers.flatMap(({ volumeMounts }) => volumeMounts);
  assert.deepEqual(
    mounts.map(({ name }) => name),
    pod.volumes.map(({ name }) => name),
  );
  const [{ name, value }] = pod.containers[0].env;
  assert.deepEqual([name, value], ['HEAP_SNAPSHOT_DIR', mounts[0].mountPath]);
  const known = /^(FROM|WORKDIR|COPY|RUN|ENV|VOLUME|CMD|#) /;
  const lines = blocks('dockerfile')[0].trim().split('\n');
  for (const line of lines) assert.match(line, known);
  const command = JSON.parse(lines.at(-1).slice('CMD '.length));
  assert.deepEqual(command.slice(0, 3), ['node', '--import', 'heap-analyzer/register']);
  // Every variable that is shown anywhere is one that is read.
  const source = fs.readFileSync(path.join(root, 'lib', 'capture', 'register.js'), 'utf8');
  for (const [variable] of page.matchAll(/HEAP_ANALYZER_[A-Z_]+/g))
    assert.ok(source.includes(variable), variable);
});

test('PM2 itself, with our file for it', { skip, timeout: 120_000 }, async (t) => {
  // Before the directory goes, which comes next.
  let kill = async () => {};
  t.after(() => kill());
  const directory = project(t);
  const { apps } = require(path.join(root, 'examples', 'ecosystem.config.js'));
  const [{ name, script, env }] = apps;
  const app = `globalThis.kept = Array.from({ length: 100_000 }, (_, i) => ({ i })); setInterval(() => {}, 1000);`;
  fs.writeFileSync(path.join(directory, script), app);
  // A heap of a test is above nothing like 500 MB.
  const small = { ...env, HEAP_ANALYZER_HEAP_USED_ABOVE: '3MB', HEAP_ANALYZER_EVERY: '200ms' };
  const config = `const config = require(${JSON.stringify(path.join(root, 'examples', 'ecosystem.config.js'))});
    Object.assign(config.apps[0].env, ${JSON.stringify(small)});
    module.exports = config;`;
  fs.writeFileSync(path.join(directory, 'ecosystem.config.js'), config);
  const command = path.join(root, '__test__', 'frameworks', 'node_modules', '.bin', 'pm2');
  const pm2 = (...args) =>
    run(args, { command, cwd: directory, env: { PM2_HOME: path.join(directory, 'pm2'), NODE_OPTIONS: '' } });
  kill = () => pm2('kill');
  const started = await pm2('start', 'ecosystem.config.js');
  assert.equal(started.code, 0, started.stdout + started.stderr);
  const heaps = path.join(directory, env.HEAP_SNAPSHOT_DIR);
  const logs = () => {
    const place = path.join(directory, 'pm2', 'logs');
    return fs
      .readdirSync(place)
      .map((file) => fs.readFileSync(path.join(place, file), 'utf8'))
      .join('\n');
  };
  const until = async (/** @type {() => unknown} */ look) => {
    for (let i = 0; i < 500 && !look(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(look(), logs());
  };
  await until(() => /heapUsed is .* above 3\.0 MB; snapshot in/.test(logs()));
  assert.match(snapshotsIn(heaps)[0], /alert-heapUsed/);
  await pm2('sendSignal', 'SIGUSR2', name);
  await until(() => /heap snapshot written to .*SIGUSR2/.test(logs()));
  for (const file of snapshotsIn(heaps)) await analyze(path.join(heaps, file), { top: 1 });
  // It was the app's signal, and the app still runs, never restarted.
  const [{ pm2_env: state }] = JSON.parse((await pm2('jlist')).stdout.split('\n').at(-1) || '[]');
  assert.deepEqual([state.status, state.restart_time], ['online', 0]);
});
