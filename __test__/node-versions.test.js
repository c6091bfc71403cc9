// One binary for all: the addon that was built here loads and works on every Node we promise, in the main thread,
// in a worker, and in two workers at once.
'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');
const { promisify } = require('node:util');

const { majors, nodeBinary } = require('../fixtures/nodes');

const PROGRAM = `
  const { Worker } = require('node:worker_threads');
  const { analyze } = require(${JSON.stringify(path.join(__dirname, '..'))});
  const code = 'require("node:worker_threads").parentPort.postMessage(null);' +
    'require(' + JSON.stringify(${JSON.stringify(path.join(__dirname, '..'))}) + ').analyze()' +
    '.then((answer) => require("node:worker_threads").parentPort.postMessage(answer.totals.selfSize));';
  const inWorker = () => new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true });
    worker.on('message', (size) => { if (size !== null) resolve(size); });
    worker.on('error', reject);
  });
  (async () => {
    const here = (await analyze()).totals.selfSize;
    const alone = await inWorker();
    const two = await Promise.all([inWorker(), inWorker()]);
    console.log(JSON.stringify({ version: process.version, sizes: [here, alone, ...two] }));
  })();
`;

for (const major of majors()) {
  test(`Node ${major} loads the addon, in workers too`, { timeout: 120_000 }, async () => {
    const binary = await nodeBinary(major);
    const { stdout } = await promisify(execFile)(binary, ['-e', PROGRAM]);
    const { version, sizes } = JSON.parse(stdout);
    assert.match(version, new RegExp(`^v${major}\\.`));
    assert.equal(sizes.length, 4);
    for (const size of sizes) assert.ok(size > 1e6, `a heap of ${size} bytes`);
  });
}
