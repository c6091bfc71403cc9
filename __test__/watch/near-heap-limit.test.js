'use strict';

/**
 * The near-heap-limit hook: V8's own snapshot of a process that dies of its heap, never unless it was asked for, and
 * adopted by the next process.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { adoptNodeSnapshots, analyze } = require('../..');
const { root, run, runSource } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

test(
  'a process that dies of its heap leaves a snapshot, which the next one adopts',
  { timeout: 60_000 },
  async (t) => {
    const directory = temporaryDirectory(t);
    const app = `
    const { snapshotNearHeapLimit } = require(${JSON.stringify(root)});
    const kept = [];
    class Leaked { constructor(i) { this.text = 'x'.repeat(3000) + i; this.text.charCodeAt(0); this.list = new Array(200).fill(i); } }
    snapshotNearHeapLimit({ count: 1 }).then(({ count, directory }) => {
      console.log(count, directory);
      for (let i = 0; ; i++) kept.push(new Leaked(i));
    });`;
    const { code, signal, stdout } = await run(['--max-old-space-size=24', '-e', app], { cwd: directory });
    assert.ok(code !== 0 || signal !== null, 'it dies all the same');
    assert.equal(stdout, `1 ${directory}\n`);
    const [file, ...others] = fs.readdirSync(directory).filter((name) => name.startsWith('Heap.'));
    assert.ok(file, fs.readdirSync(directory).join());
    assert.deepEqual(others, []);
    const { adopted, broken } = await adoptNodeSnapshots({ from: directory, directory });
    assert.deepEqual(broken, []);
    assert.equal(adopted.length, 1);
    const { classes } = await analyze(adopted[0].path, { top: 1000 });
    assert.ok(classes.some(({ name, count }) => name === 'Leaked' && count > 100));
    assert.ok(!fs.existsSync(path.join(directory, file)));
  },
);

test('refused where the memory for it is not there, unless it is forced', async () => {
  const source = `
    const { ownIsolate } = require(root + '/lib/capture/source');
    const { snapshotNearHeapLimit, watchMemory } = require(root);
    ownIsolate.memory = async () => ({ bytes: 1e9, limit: 2e9, where: '/sys/fs/cgroup' });
    process.on('warning', (warning) => console.log('warning', warning.message));
    (async () => {
      await snapshotNearHeapLimit().catch((error) => console.log(error.code, error.message));
      await snapshotNearHeapLimit({ count: 0 }).catch((error) => console.log(error.code));
      watchMemory({ nearHeapLimit: true }).stop();
      await new Promise((resolve) => setTimeout(resolve, 50));
      console.log((await snapshotNearHeapLimit({ force: true, count: 2 })).count, (await snapshotNearHeapLimit()).count);
    })();`;
  const { stdout, stderr } = await runSource(source);
  const refusal =
    /a snapshot at the heap limit of \d+ MB can need \d+ MB more, and only 1000 MB are available of \/sys\/fs\/cgroup: lower --max-old-space-size, or give `force: true`/;
  const lines = stdout.trim().split('\n');
  assert.match(lines[0], new RegExp(`^ERR_HEAP_CAPTURE ${refusal.source}$`));
  assert.equal(lines[1], 'ERR_HEAP_USAGE');
  assert.match(lines[2], new RegExp(`^warning ${refusal.source}$`));
  assert.equal(lines[3], '2 2', 'V8 is told once');
  assert.match(stderr, /HeapAnalyzerWarning/);
});
