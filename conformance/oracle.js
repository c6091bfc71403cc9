// @ts-check
// The oracle: Chrome DevTools' own heap snapshot worker, run headless on a file. Everything the engine says is
// held against what comes out here. `node conformance/oracle.js FILE --dump OUT.json` shows it for one file.
'use strict';

const fs = require('node:fs');
const { StringDecoder } = require('node:string_decoder');
const { setImmediate: turn } = require('node:timers/promises');
const v8 = require('node:v8');
const { Worker } = require('node:worker_threads');

const { bundleUrl } = require('./bundle');
const { pairResult, snapshotResult } = require('./oracle-results');

const ZSTD_MAGIC = 0xfd2fb528;
const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * @typedef {object} LoadOptions
 * @property {string[]} [mends] names of DevTools bugs to mend, see mends.js
 * @property {boolean} [secondThread] compute dominators in a thread of their own, as DevTools does; without it the
 *   same code runs in this thread, which is enough where only the result counts
 */

/**
 * @param {string | Buffer} source path or content, also compressed with zstd
 * @param {LoadOptions} [options]
 * @returns {Promise<any>} a JSHeapSnapshot
 */
async function load(source, { mends = [], secondThread = false } = {}) {
  const url = await bundleUrl(mends);
  const devtools = await import(url);
  const loader = new devtools.HeapSnapshotLoader({ sendEvent() {} });
  const decoder = new StringDecoder('utf8');
  for await (const chunk of chunks(source)) {
    loader.write(decoder.write(chunk));
    // The loader parses between chunks; without a pause the whole file would pile up in its buffer first.
    await turn();
  }
  loader.write(decoder.end());
  loader.close();

  const { port1, port2 } = new MessageChannel();
  /** @type {Worker | null} */
  let worker = null;
  if (secondThread) {
    const code = `const { workerData: { url, port } } = require('node:worker_threads');
      import(url).then(({ SecondaryInitManager }) => new SecondaryInitManager(port));`;
    // The types of the channel in a browser and in Node differ in name only.
    const port = /** @type {any} */ (port2);
    worker = new Worker(code, { eval: true, workerData: { url, port }, transferList: [port] });
  } else {
    new devtools.SecondaryInitManager(port2);
  }
  try {
    return await loader.buildSnapshot(port1);
  } finally {
    port1.close();
    await worker?.terminate();
  }
}

/** @param {string | Buffer} source */
async function* chunks(source) {
  if (typeof source === 'string' && !isZstd(firstBytes(source))) {
    yield* fs.createReadStream(source, { highWaterMark: CHUNK_BYTES });
    return;
  }
  const content = typeof source === 'string' ? fs.readFileSync(source) : source;
  yield isZstd(content) ? Buffer.from(require('fzstd').decompress(content)) : content;
}

/** @param {string} file */
function firstBytes(file) {
  const descriptor = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(4);
    return bytes.subarray(0, fs.readSync(descriptor, bytes));
  } finally {
    fs.closeSync(descriptor);
  }
}

/** @param {Buffer} bytes */
function isZstd(bytes) {
  return bytes.length >= 4 && bytes.readUInt32LE() === ZSTD_MAGIC;
}

/**
 * @param {string | Buffer} source
 * @param {string[]} [mends]
 */
async function askSnapshot(source, mends) {
  return snapshotResult(await load(source, { mends }));
}

/**
 * @param {string | Buffer} base
 * @param {string | Buffer} target
 * @param {string[]} [mends]
 */
async function askPair(base, target, mends) {
  return pairResult(await load(base, { mends }), await load(target, { mends }));
}

/**
 * DevTools cannot load every snapshot; that it cannot is a result too.
 * @typedef {{ failure: string }} Failure
 * @param {Error} error
 * @returns {Failure}
 */
function failure(error) {
  return { failure: String(error) };
}

/**
 * @param {import('./oracle-results').SnapshotResult} result
 * @returns {string} one line a node, so that two dumps can be compared with diff
 */
function dump(result) {
  const nodes = Array.from(result.ids, (id, ordinal) => {
    const index = result.classIndexes[ordinal];
    return JSON.stringify({
      ordinal,
      id,
      selfSize: result.selfSizes[ordinal],
      distance: result.distances[ordinal],
      dominator: result.dominators[ordinal],
      retainedSize: result.retainedSizes[ordinal],
      className: result.classNames[index],
      classKey: result.classKeys[index],
    });
  });
  const { nodeCount, edgeCount, statistics, classes } = result;
  const head = JSON.stringify({ nodeCount, edgeCount, statistics, classes }, null, 1).slice(0, -2);
  return `${head},\n "nodes": [\n${nodes.join(',\n')}\n]}\n`;
}

module.exports = { load, askSnapshot, askPair, failure };

if (require.main === module) {
  const usage =
    'usage: node conformance/oracle.js FILE [TARGET] --dump OUT.json | --save OUT [--mend NAME]...';
  const { values, positionals } = require('node:util').parseArgs({
    allowPositionals: true,
    options: {
      dump: { type: 'string' },
      save: { type: 'string' },
      mend: { type: 'string', multiple: true, default: [] },
    },
  });
  const [file, target] = positionals;
  (async () => {
    if (!file || !(values.dump || values.save)) throw new Error(usage);
    /** @type {any} */
    const result = await (target ? askPair(file, target, values.mend) : askSnapshot(file, values.mend)).catch(
      failure,
    );
    if (values.save) fs.writeFileSync(values.save, v8.serialize(result));
    if (result.failure) console.error(result.failure);
    else if (values.dump)
      fs.writeFileSync(values.dump, target ? JSON.stringify(result, null, 1) : dump(result));
  })().catch((error) => {
    console.error(error.stack);
    process.exitCode = 1;
  });
}
