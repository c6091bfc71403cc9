'use strict';

/**
 * An object has one id for as long as it lives, whatever way its snapshots are taken and whatever else is asked
 * meanwhile. V8 forgets all ids with the end of any session of an inspector, so that no session may end.
 */

const assert = require('node:assert/strict');
const path = require('node:path');
const test = require('node:test');
const { Worker } = require('node:worker_threads');
const { findLeaks, listThreads, takeHeapSnapshot } = require('../../..');
const { readNodes } = require('../../helpers/objects');
const { temporaryDirectory } = require('../../helpers/temporary');

class Landmark {}
/** @type {any} */ (globalThis).landmark = new Landmark();

/** @param {string} file */
const idOf = (file) => readNodes(file).find(({ name, type }) => name === 'Landmark' && type === 'object')?.id;

test('ids stay, past snapshots by the inspector, of a worker, and a list of the threads', async (t) => {
  const directory = temporaryDirectory(t);
  const at = (/** @type {string} */ name) => path.join(directory, `${name}.heapsnapshot`);
  const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
  await new Promise((resolve) => worker.once('online', resolve));
  t.after(() => worker.terminate());
  await takeHeapSnapshot(at('first'));
  await listThreads();
  await takeHeapSnapshot(at('worker'), { threadId: worker.threadId });
  await takeHeapSnapshot(at('inspector'), { way: 'inspector' });
  await takeHeapSnapshot(at('last'));
  const ids = ['first', 'inspector', 'last'].map((name) => idOf(at(name)));
  assert.deepEqual(new Set(ids).size, 1, ids.join(', '));
  const { comparedBy } = await findLeaks({ snapshots: ['first', 'inspector', 'last'].map(at) });
  assert.equal(comparedBy, 'id');
});
