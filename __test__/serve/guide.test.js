'use strict';

/**
 * The endpoint, the scheduler, the alerts, the monitoring and the health check of the usual guide to heap snapshots: as
 * they are written there, by hand, and as our examples have them. Both run; ours do more, and are shorter.
 */

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const vm = require('node:vm');
const { setTimeout: wait } = require('node:timers/promises');
const { project } = require('../helpers/project');
const { root } = require('../helpers/run');

/** The guide's own, to the letter. */
const GUIDE = {
  'http-endpoint': `
// Add debugging endpoint to your Express app
app.get('/debug/heap-snapshot', (req, res) => {
  const filename = \`heap-\${Date.now()}.heapsnapshot\`;
  require('v8').writeHeapSnapshot(filename);
  res.json({ snapshot: filename, size: require('fs').statSync(filename).size });
});`,
  'scheduled-snapshots': `
const heapSnapshotScheduler = () => {
  setInterval(() => {
    const memoryUsage = process.memoryUsage();
    
    // Take snapshot if memory usage is high
    if (memoryUsage.heapUsed > 500 * 1024 * 1024) { // 500MB threshold
      const filename = \`heap-auto-\${Date.now()}.heapsnapshot\`;
      require('v8').writeHeapSnapshot(filename);
      console.log(\`Auto heap snapshot: \${filename}, heapUsed: \${(memoryUsage.heapUsed / 1024 / 1024).toFixed(2)}MB\`);
    }
  }, 5 * 60 * 1000); // Check every 5 minutes
};`,
  'memory-alerts': `
let baselineMemory = process.memoryUsage().heapUsed;

setInterval(() => {
  const currentMemory = process.memoryUsage().heapUsed;
  const growth = ((currentMemory - baselineMemory) / baselineMemory) * 100;
  
  if (growth > 50) { // 50% growth threshold
    console.warn(\`Memory growth detected: \${growth.toFixed(2)}% increase\`);
    
    // Take snapshot for analysis
    const filename = \`heap-alert-\${Date.now()}.heapsnapshot\`;
    require('v8').writeHeapSnapshot(filename);
    
    // Reset baseline
    baselineMemory = currentMemory;
  }
}, 2 * 60 * 1000); // Check every 2 minutes`,
  'memory-metrics': `
const monitorMemory = () => {
  const usage = process.memoryUsage();
  const formatMB = (bytes) => (bytes / 1024 / 1024).toFixed(2);
  
  console.log(\`Memory: RSS=\${formatMB(usage.rss)}MB, Heap=\${formatMB(usage.heapUsed)}/\${formatMB(usage.heapTotal)}MB, External=\${formatMB(usage.external)}MB\`);
  
  // Log to monitoring system (DataDog, New Relic, etc.)
  metrics.gauge('nodejs.memory.rss', usage.rss);
  metrics.gauge('nodejs.memory.heap_used', usage.heapUsed);
  metrics.gauge('nodejs.memory.heap_total', usage.heapTotal);
};

setInterval(monitorMemory, 30000); // Every 30 seconds`,
};

/** What a reader writes: neither comments nor what every example has around it. @param {string} source */
const codeOf = (source) =>
  source
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/^('use strict';|const (express|app) = .*|app\.listen.*|const metrics = .*)$/gm, '')
    .replace(/\s+/g, ' ')
    .trim();

for (const [name, guide] of Object.entries(GUIDE)) {
  test(`examples/${name}.js is shorter than the guide's`, () => {
    const ours = codeOf(fs.readFileSync(path.join(root, 'examples', `${name}.js`), 'utf8'));
    assert.ok(ours.length < codeOf(guide).length, `${ours.length} and ${codeOf(guide).length} characters`);
  });
}

/**
 * Runs a program of a project until `done` is satisfied by what it printed.
 * @param {import('node:test').TestContext} t
 * @param {string} directory
 * @param {string} source
 * @param {NodeJS.ProcessEnv} [env]
 */
function start(t, directory, source, env = {}) {
  const file = path.join(directory, 'app.js');
  fs.writeFileSync(file, source);
  const child = spawn(process.execPath, [file], {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: 'pipe',
  });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output.text += text));
  const closed = new Promise((resolve) => child.once('close', resolve));
  t.after(async () => {
    child.kill();
    await closed;
  });
  return output;
}

/** @param {() => any} look */
async function until(look) {
  for (let i = 0; i < 400; i++) {
    const found = await look();
    if (found) return found;
    await wait(25);
  }
  throw new Error('waited for ten seconds');
}

/** The same wish to whatever answers there. */
const fromApp = (port, route) => () => fetch(`http://localhost:${port}${route}`).catch(() => null);

/** With the threshold and the times of a test. @param {string} source */
const hurried = (source) =>
  source
    .replace('500 * 1024 * 1024', '1024 * 1024')
    .replace(/5 \* 60 \* 1000|2 \* 60 \* 1000|30000/, '50')
    .replace(/'(5min|2min|30s)'/, "'50ms'");

const example = (name) => fs.readFileSync(path.join(root, 'examples', `${name}.js`), 'utf8');
const snapshotsIn = (directory) => fs.readdirSync(directory).filter((name) => name.endsWith('.heapsnapshot'));

test('the endpoint: by hand and by the example, one answer to one curl', async (t) => {
  const byHand = `const app = require('express')();\n${GUIDE['http-endpoint']}\napp.listen(process.env.PORT);`;
  for (const [index, source] of [byHand, example('http-endpoint')].entries()) {
    const directory = project(t);
    const port = 20_000 + (process.pid % 20_000) + index;
    start(t, directory, source, { PORT: String(port) });
    const answer = await (await until(fromApp(port, '/debug/heap-snapshot'))).json();
    assert.equal(answer.size, fs.statSync(path.resolve(directory, answer.snapshot)).size);
    assert.deepEqual(snapshotsIn(directory), [path.basename(answer.snapshot)]);
  }
});

test('the scheduler: by hand it goes on taking snapshots, the example takes one', async (t) => {
  const byHand = project(t);
  start(t, byHand, `${hurried(GUIDE['scheduled-snapshots'])}\nheapSnapshotScheduler();`);
  await until(() => snapshotsIn(byHand).length >= 3);

  const ours = project(t);
  // The example's timer alone lets the process end, as it should.
  const output = start(t, ours, `${hurried(example('scheduled-snapshots'))}\nsetTimeout(() => {}, 60_000);`);
  await until(() => output.text.includes('heap-'));
  await wait(500);
  assert.equal(snapshotsIn(ours).length, 1);
  assert.match(
    output.text,
    /^heapUsed is [\d.]+ MB, above 1\.0 MB; snapshot in .*-alert-heapUsed\.heapsnapshot\n$/,
  );
});

test('the alert: both warn and take a snapshot', async (t) => {
  const grow = `\nglobalThis.kept = [];\nconst timer = setInterval(() => {
    for (let i = 0; i < 20_000; i++) kept.push({ i, text: 'kept ' + i });
  }, 20);\nsetTimeout(() => clearInterval(timer), 400);\nsetTimeout(() => {}, 60_000);`;
  const byHand = project(t);
  const before = start(t, byHand, hurried(GUIDE['memory-alerts']) + grow);
  await until(() => snapshotsIn(byHand).length > 0);
  assert.match(before.text, /^Memory growth detected: [\d.]+% increase/);
  const ours = project(t);
  const after = start(t, ours, hurried(example('memory-alerts')) + grow);
  await until(() => after.text.includes('.heapsnapshot'));
  assert.match(after.text, /^heapUsed grew by [\d.]+ %, .* MB → .* MB; snapshot in /);
  assert.equal(snapshotsIn(ours).length, 1);
});

test('the monitoring: the same gauges', async (t) => {
  const names = ['rss', 'heap_used', 'heap_total'].map((name) => `nodejs.memory.${name} `);
  const metrics = 'const metrics = { gauge: (name, value) => console.log(name, value) };\n';
  for (const source of [
    metrics + GUIDE['memory-metrics'],
    `${example('memory-metrics')}\nsetTimeout(() => {}, 60_000);`,
  ]) {
    const output = start(t, project(t), hurried(source));
    await until(() =>
      names.every((name) => output.text.includes(`\n${name}`) || output.text.startsWith(name)),
    );
  }
});

test('the health check: the app itself, where a probe of its own would see nothing', async (t) => {
  const directory = project(t);
  const port = 40_000 + (process.pid % 20_000);
  const source = `${example('health-check')}\nglobalThis.kept = Array.from({ length: 400_000 }, (_, i) => ({ i }));`;
  start(t, directory, source.replace('512 * 1024 * 1024', '20 * 1024 * 1024'), { PORT: String(port) });
  const answer = await until(fromApp(port, '/health'));
  assert.equal(answer.status, 503);
  assert.deepEqual((await answer.json()).over, ['heapUsed']);
});

for (const page of ['docs/serve.md', 'docs/watch.md']) {
  test(`the examples of ${page} run as they stand`, async (t) => {
    const directory = project(t);
    const text = fs.readFileSync(path.join(root, page), 'utf8');
    const blocks = [...text.matchAll(/^```js\n(.*?)^```/gms)].map(([, code]) => code);
    assert.ok(blocks.length >= 4);
    for (const [index, code] of blocks.entries()) {
      new vm.Script(code);
      fs.writeFileSync(path.join(directory, `block${index}.js`), code);
    }
    const run = blocks.map((_, index) => `require('./block${index}.js');`).join('\n');
    const output = start(t, directory, `${run}\nconsole.log('done');`, {
      HEAP_ANALYZER_TOKEN: 'x'.repeat(64),
    });
    await until(() => output.text !== '');
    assert.equal(output.text, 'done\n');
  });
}
