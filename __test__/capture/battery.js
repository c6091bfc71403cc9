'use strict';

/**
 * What a capture has to stand on every version of Node; run by versions.test.js under each of them. Prints one JSON
 * line with what came of it. Usage: node battery.js DIRECTORY CONCURRENT SEQUENTIAL
 */

const fs = require('node:fs');
const path = require('node:path');
const inspector = require('node:inspector');
const { Worker } = require('node:worker_threads');
const { analyze, listThreads, takeHeapSnapshot } = require('../..');
const { readMeta } = require('../../lib/capture/meta');
const { streamHeapSnapshot } = require('../../lib/capture/stream');

const [directory, concurrent, sequential] = [
  process.argv[2],
  Number(process.argv[3]),
  Number(process.argv[4]),
];
const file = (name) => path.join(directory, name);
const descriptors = () => (fs.existsSync('/proc/self/fd') ? fs.readdirSync('/proc/self/fd').length : 0);
const listeners = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);

/** The guide's first method, word for word but for its message. */
function naive() {
  const session = new inspector.Session();
  session.connect();
  function naiveSnapshot(filename) {
    return new Promise((resolve) => {
      const fd = fs.openSync(filename, 'w');
      session.on('HeapProfiler.addHeapSnapshotChunk', (m) => {
        fs.writeSync(fd, m.params.chunk);
      });
      session.post('HeapProfiler.takeHeapSnapshot', null, () => {
        fs.closeSync(fd);
        resolve();
      });
    });
  }
  return naiveSnapshot;
}

const loads = (name) =>
  analyze(file(name)).then(
    () => true,
    () => false,
  );

async function main() {
  const said = { version: process.version };
  await takeHeapSnapshot(file('first'));
  // The first worker of a process opens its standard streams, for good.
  await new Promise((resolve) => new Worker('console.error()', { eval: true }).once('exit', resolve));
  const before = { descriptors: descriptors(), listeners: listeners() };

  // Back to back, and two at once, in both ways.
  for (const way of ['direct', 'inspector']) {
    await takeHeapSnapshot(file(`${way}-1`), { way });
    await takeHeapSnapshot(file(`${way}-2`), { way });
    await Promise.all([3, 4].map((number) => takeHeapSnapshot(file(`${way}-${number}`), { way })));
  }
  for (const compress of ['gzip', 'zstd']) await takeHeapSnapshot(file(compress), { compress });

  // Without a path calls share; with one each has its own.
  const shared = await Promise.all(
    Array.from({ length: 100 }, () => takeHeapSnapshot(undefined, { directory })),
  );
  said.sharedFiles = new Set(shared.map((answer) => answer.path)).size;
  said.sharedMarks = shared.filter((answer) => answer.shared).length;
  await Promise.all(Array.from({ length: concurrent }, (_, i) => takeHeapSnapshot(file(`concurrent-${i}`))));
  for (let i = 0; i < sequential; i++) await takeHeapSnapshot(file('sequence'), { overwrite: true });

  // A receiver that throws.
  const warned = new Promise((resolve) => process.once('warning', resolve));
  await takeHeapSnapshot(file('receiver'), {
    onSnapshot() {
      throw new Error('not shipped');
    },
  });
  said.warning = (await warned).message;

  // Streams: read, destroyed, given up.
  const { stream, sizeBytes } = await streamHeapSnapshot({ directory, compress: 'gzip' });
  let streamed = 0;
  for await (const chunk of stream) streamed += chunk.length;
  said.streamed = streamed === sizeBytes;
  (await streamHeapSnapshot({ directory })).stream.destroy();

  // Another thread, and this one seen from another.
  const idle = new Worker('setInterval(() => {}, 1000)', { eval: true, name: 'mailer' });
  await new Promise((resolve) => idle.once('online', resolve));
  const found = await untilListed(idle.threadId);
  said.name = found.name;
  const far = await takeHeapSnapshot(file('thread'), { threadId: idle.threadId });
  said.thread = [far.source.kind, far.source.target === idle.threadId, far.meta.threadName];
  await idle.terminate();
  const capturing = new Worker(
    `require(${JSON.stringify(path.join(__dirname, '../..'))})
      .takeHeapSnapshot(require('node:worker_threads').workerData, { threadId: 0 })
      .then(({ meta }) => require('node:worker_threads').parentPort.postMessage(meta.threadId))`,
    { eval: true, workerData: file('main') },
  );
  const ended = new Promise((resolve) => capturing.once('exit', resolve));
  said.mainFromWorker = await new Promise((resolve, reject) =>
    capturing.once('message', resolve).once('error', reject),
  );
  await ended;

  const after = { descriptors: descriptors(), listeners: listeners() };
  said.growth = [after.descriptors - before.descriptors, after.listeners - before.listeners];

  // All under final names load, and have their sidecar.
  const names = fs.readdirSync(directory);
  const finals = names.filter((name) => !name.endsWith('.meta.json'));
  said.leftovers = names.filter((name) => name.startsWith('.'));
  said.finals = finals.length;
  said.broken = [];
  for (const name of finals) {
    const meta = await readMeta(file(name));
    if (!(await loads(name)) || !meta?.sha256 || !meta.memoryUsage) said.broken.push(name);
  }

  // The same test of the guide's code: the second of two is nothing, two at once are no snapshots.
  const naiveSnapshot = naive();
  await naiveSnapshot(file('naive-1'));
  await naiveSnapshot(file('naive-2')).catch(() => {});
  said.naive = [await loads('naive-1'), await loads('naive-2')];
  console.log(JSON.stringify(said));
  process.exit();
}

/** A new worker is known to the inspector a moment after it is online. */
async function untilListed(threadId) {
  for (;;) {
    const thread = (await listThreads()).find((listed) => listed.threadId === threadId);
    if (thread) return thread;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
