// @ts-check
// Asks the oracle in a process of its own, because its heap is many times the snapshot, and keeps what it said:
// its answer changes only with the snapshot and with the oracle itself.
'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const v8 = require('node:v8');

const { fingerprint, once } = require('../fixtures/cache');
const { runCommand } = require('../fixtures/run-command');
const { oracleVersion } = require('./bundle');

// The serialised form belongs to the V8 that wrote it.
const READER = process.versions.node.split('.')[0];

/**
 * @param {string[]} files one snapshot, or base and target
 * @param {string[]} [mends]
 * @returns {Promise<any>} a SnapshotResult, a PairResult, or a Failure
 */
async function askOnce(files, mends = []) {
  const hashes = await Promise.all(files.map(hashOf));
  const name = fingerprint(oracleVersion(), READER, ...mends, '--', ...hashes);
  const dir = await once(path.join('oracle', name), async (draft) => {
    const megabytes = Math.floor((os.totalmem() / 1024 ** 2) * 0.6);
    const args = [`--max-old-space-size=${megabytes}`, path.join(__dirname, 'oracle.js'), ...files];
    const wanted = mends.flatMap((mend) => ['--mend', mend]);
    await runCommand(process.execPath, [...args, '--save', path.join(draft, 'result'), ...wanted]);
  });
  return v8.deserialize(fs.readFileSync(path.join(dir, 'result')));
}

/** @param {string} file */
async function hashOf(file) {
  const hash = createHash('sha256');
  await pipeline(fs.createReadStream(file), hash);
  return hash.digest('hex');
}

module.exports = { askOnce };
