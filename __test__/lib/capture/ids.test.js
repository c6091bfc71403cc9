'use strict';

/**
 * An object has one id for as long as it lives, whatever way its snapshots are taken and whatever else is asked
 * meanwhile. V8 forgets all ids with the end of any session of an inspector, so that no session may end.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { Session } = require('node:inspector');
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

test('where ids were forgotten between two snapshots, that is said, and no second process is invented', async (t) => {
  const directory = temporaryDirectory(t);
  const [first, last] = ['first', 'last'].map((name) => path.join(directory, `${name}.heapsnapshot`));
  const pile = /** @type {any} */ (globalThis.pile = Array.from({ length: 200 }, () => new Landmark()));
  await takeHeapSnapshot(first);
  // A debugger comes and goes.
  const session = new Session();
  session.connect();
  session.disconnect();
  for (let i = 0; i < 4000; i++) pile.push(new Landmark());
  await takeHeapSnapshot(last);
  const { comparedBy, warnings, findings } = await findLeaks({ baseline: first, target: last });
  assert.equal(comparedBy, 'name');
  assert.match(warnings?.[0] ?? '', /^between snapshot 1 and the last one V8 has forgotten the ids/);
  const evidence = findings.flatMap((finding) => finding.evidence).join('\n');
  assert.match(evidence, /compared by name, since ids were forgotten/);
  assert.doesNotMatch(evidence, /between processes/);
  // Without the sidecars nobody can know.
  for (const file of [first, last]) fs.rmSync(`${file}.meta.json`);
  const unaware = await findLeaks({ baseline: first, target: last });
  assert.match(unaware.warnings?.[0] ?? '', /^snapshot 1 is not of the same process/);
});
