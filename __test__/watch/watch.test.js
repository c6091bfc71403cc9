'use strict';

/**
 * The rules of a watch, in a world whose memory and time are what the test says.
 */

const assert = require('node:assert/strict');
const test = require('node:test');
const { reportTo } = require('../../lib/watch/metrics');
const { Watch } = require('../../lib/watch/watch');

const MINUTE = 60_000;
const ledgerOf = (heapUsed, rss = 2 * heapUsed) => ({
  rss,
  heapUsed,
  heapTotal: heapUsed,
  heapLimit: 4e9,
  external: 1,
  arrayBuffers: 0,
  malloced: 0,
  mappedFiles: null,
  unexplained: 0,
});

/** @param {object} rules @param {object} [around] */
function world(rules, around = {}) {
  const seen = { now: 0, heapUsed: 100e6, alerts: [], warnings: [], captures: [] };
  const watch = new Watch(
    { warmUp: 0, coolDown: 10 * MINUTE, maxSnapshots: 5, ...rules },
    {
      ledger: () => ledgerOf(seen.heapUsed, seen.rss),
      now: () => seen.now,
      capture: async (reason) => (seen.captures.push([seen.now, reason]), { path: `/${reason}` }),
      onAlert: (alert) => seen.alerts.push(alert),
      gauge: undefined,
      report: reportTo,
      warn: (message) => seen.warnings.push(message),
      ...around,
    },
  );
  const at = async (minutes, heapUsed, rss) => {
    Object.assign(seen, { now: minutes * MINUTE, heapUsed, rss });
    return (await watch.look()).map(({ kind, snapshotSkipped }) => [kind, snapshotSkipped]);
  };
  return { watch, seen, at };
}

test('a line: told when it is crossed, again after the cool-down, and anew after it ceased', async () => {
  const { at, seen } = world({ heapUsedAbove: 500e6 });
  assert.deepEqual(await at(5, 500e6), []);
  assert.deepEqual(await at(10, 501e6), [['heapUsed', undefined]]);
  assert.deepEqual(await at(15, 900e6), [], 'it goes on');
  assert.deepEqual(
    await at(20, 900e6),
    [['heapUsed', undefined]],
    'and is told again, with a second snapshot',
  );
  assert.deepEqual(await at(21, 400e6), []);
  assert.deepEqual(
    await at(22, 600e6),
    [['heapUsed', 'coolDown']],
    'a new crossing, but no new pause so soon',
  );
  assert.deepEqual(seen.captures, [
    [10 * MINUTE, 'heapUsed'],
    [20 * MINUTE, 'heapUsed'],
  ]);
  const [first] = seen.alerts;
  assert.equal(first.value, 501e6);
  assert.equal(first.threshold, 500e6);
  assert.equal(first.memory.rss, 1002e6);
  assert.deepEqual(first.snapshot, { path: '/heapUsed' });
  assert.equal(first.message, 'heapUsed is 501.0 MB, above 500.0 MB; snapshot in /heapUsed');
});

test('growth: from a baseline that follows what was told', async () => {
  const { at, seen, watch } = world({ growthAbove: 0.5 });
  assert.equal(watch.baseline, 100e6);
  assert.deepEqual(await at(2, 150e6), [], 'half as much again is not above half as much again');
  assert.deepEqual(await at(4, 151e6), [['growth', undefined]]);
  assert.equal(watch.baseline, 151e6);
  assert.deepEqual(await at(6, 220e6), []);
  assert.deepEqual(await at(8, 230e6), [['growth', 'coolDown']]);
  assert.deepEqual(await at(20, 400e6), [['growth', undefined]]);
  const [first] = seen.alerts;
  assert.equal(first.baseline, 100e6);
  assert.equal(first.growth, 0.51);
  assert.match(first.message, /^heapUsed grew by 51\.0 %, 100\.0 MB → 151\.0 MB; snapshot/);
});

test('growth: warming up is no growth', async () => {
  const { at, watch } = world({ growthAbove: 0.5, warmUp: 10 * MINUTE });
  assert.equal(watch.baseline, undefined);
  assert.deepEqual(await at(5, 900e6), []);
  assert.deepEqual(await at(10, 300e6), []);
  assert.equal(watch.baseline, 300e6);
  assert.deepEqual(await at(11, 460e6), [['growth', undefined]]);
});

test('snapshot storms: a zigzag over every line takes its few a day, and goes on telling', async () => {
  const { at, seen } = world({
    heapUsedAbove: 200e6,
    rssAbove: 300e6,
    growthAbove: 0.1,
    maxSnapshots: 3,
    coolDown: MINUTE,
  });
  for (let minute = 1; minute <= 24 * 60; minute++)
    await at(minute, minute % 2 ? 100e6 : 1000e6 + minute * 1e6);
  assert.equal(seen.captures.length, 3);
  assert.ok(seen.alerts.length > 700);
  assert.ok(seen.alerts.some(({ snapshotSkipped }) => snapshotSkipped === 'limit'));
  await at(24 * 60 + 10, 100e6);
  await at(24 * 60 + 12, 5000e6);
  assert.equal(seen.captures.length, 4, 'the next day has its own');
});

test('two alerts at once have one snapshot', async () => {
  const { at, seen } = world({ heapUsedAbove: 200e6, rssAbove: 300e6 });
  assert.deepEqual(await at(1, 400e6, 900e6), [
    ['heapUsed', undefined],
    ['rss', 'coolDown'],
  ]);
  assert.equal(seen.captures.length, 1);
});

test('a capture that fails is told with its alert, and is not tried over and over', async () => {
  const refusal = new Error('no room');
  let tried = 0;
  const capture = async () => {
    tried++;
    throw refusal;
  };
  const { at, seen } = world({ heapUsedAbove: 200e6 }, { capture });
  assert.deepEqual(await at(1, 400e6), [['heapUsed', 'failed']]);
  assert.equal(seen.alerts[0].snapshotError, refusal);
  assert.match(seen.alerts[0].message, /; no snapshot: no room$/);
  await at(2, 100e6);
  assert.deepEqual(await at(3, 400e6), [['heapUsed', 'coolDown']]);
  assert.equal(tried, 1);
});

test('without a receiver the alert is a warning; without `snapshot` nothing stops the app', async () => {
  const { at, seen } = world({ heapUsedAbove: 200e6 }, { onAlert: undefined, capture: null });
  assert.deepEqual(await at(1, 400e6), [['heapUsed', undefined]]);
  assert.deepEqual(seen.warnings, ['heapUsed is 400.0 MB, above 200.0 MB']);
});

test('what receivers throw stays with them', async () => {
  for (const onAlert of [() => assert.fail('mine'), async () => assert.fail('mine')]) {
    const { at, seen } = world({ heapUsedAbove: 200e6 }, { onAlert, gauge: () => assert.fail('mine too') });
    assert.deepEqual(await at(1, 400e6), [['heapUsed', undefined]]);
    assert.deepEqual(seen.warnings, [
      'gauge of watchMemory() failed: mine too',
      'onAlert of watchMemory() failed: mine',
    ]);
  }
});

test('a look that finds an earlier one busy is left out', async () => {
  let release;
  const capture = () => new Promise((resolve) => (release = () => resolve({ path: '/x' })));
  const { watch, seen } = world({ heapUsedAbove: 200e6 }, { capture });
  seen.heapUsed = 400e6;
  const first = watch.look();
  assert.deepEqual(await watch.look(), []);
  release();
  assert.equal((await first).length, 1);
});

test('gauges have the names that dashboards know, and no figure that is not known', async () => {
  const told = {};
  const { at } = world({}, { gauge: (name, value) => (told[name] = value) });
  await at(1, 100e6);
  assert.deepEqual(Object.keys(told), [
    'nodejs.memory.rss',
    'nodejs.memory.heap_used',
    'nodejs.memory.heap_total',
    'nodejs.memory.heap_limit',
    'nodejs.memory.external',
    'nodejs.memory.array_buffers',
    'nodejs.memory.malloced',
    'nodejs.memory.unexplained',
  ]);
  assert.equal(told['nodejs.memory.heap_used'], 100e6);
});
