'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { Flight } = require('../../lib/capture/flight');

/** A capture whose end the test decides. */
function held() {
  const all = {};
  all.promise = new Promise((resolve, reject) => Object.assign(all, { resolve, reject }));
  return all;
}
const tick = () => new Promise((resolve) => setImmediate(resolve));

test('waits, shares, refuses', async () => {
  const flight = new Flight();
  const first = held();
  let taken = 0;
  const take = (boarding, end = Promise.resolve('later')) =>
    flight.board(boarding, () => {
      taken++;
      return end;
    });
  const running = take({ whenBusy: 'wait', key: 'a' }, first.promise);
  await tick();
  await assert.rejects(take({ whenBusy: 'refuse' }), { code: 'ERR_HEAP_BUSY' });
  const sharing = [take({ whenBusy: 'share', key: 'a' }), take({ whenBusy: 'share', key: 'a' })];
  const other = take({ whenBusy: 'share', key: 'b' });
  const waiting = take({ whenBusy: 'wait', key: 'a' });
  assert.equal(taken, 1);
  first.resolve('first');
  assert.deepEqual(await running, { answer: 'first', shared: false });
  assert.deepEqual(
    await Promise.all(sharing),
    [1, 2].map(() => ({ answer: 'first', shared: true })),
  );
  assert.deepEqual(await other, { answer: 'later', shared: false });
  assert.deepEqual(await waiting, { answer: 'later', shared: false });
  assert.equal(taken, 3);
  assert.deepEqual(await take({ whenBusy: 'refuse' }), { answer: 'later', shared: false });
});

test('who shares gets the failure too, but not because another gave up', async () => {
  const flight = new Flight();
  for (const aborted of [false, true]) {
    const controller = new AbortController();
    const first = held();
    const owner = flight.board(
      { whenBusy: 'wait', key: 'a', signal: controller.signal },
      () => first.promise,
    );
    const joined = flight.board({ whenBusy: 'share', key: 'a' }, async () => 'own');
    await tick();
    const failure = new Error('no');
    if (aborted) controller.abort(failure);
    first.reject(failure);
    await assert.rejects(owner, failure);
    if (aborted) assert.deepEqual(await joined, { answer: 'own', shared: false });
    else await assert.rejects(joined, failure);
  }
});

test('who shares may give up alone', async () => {
  const flight = new Flight();
  const first = held();
  const running = flight.board({ whenBusy: 'wait', key: 'a' }, () => first.promise);
  const controller = new AbortController();
  const joined = flight.board({ whenBusy: 'share', key: 'a', signal: controller.signal }, async () => 'own');
  controller.abort(new Error('enough'));
  await assert.rejects(joined, { message: 'enough' });
  first.resolve('first');
  assert.equal((await running).answer, 'first');
});

test('a cool-down counts from the last pause, for whoever wants one', async () => {
  let now = 1000;
  const flight = new Flight(() => now);
  const take = (coolDownMs) => flight.board({ whenBusy: 'wait', coolDownMs }, async () => flight.paused());
  await take(5000);
  now += 4000;
  await assert.rejects(take(5000), {
    code: 'ERR_HEAP_BUSY',
    retryAfterMs: 1000,
    message: 'the last snapshot of this thread was taken less than 5 s ago; the next one may be in 1.0 s',
  });
  await take(0);
  await assert.rejects(take(5000), { retryAfterMs: 5000 });
  now += 5000;
  // Both are in line; the second finds that the first has paused the app meanwhile.
  const [first, second] = await Promise.allSettled([take(5000), take(5000)]);
  assert.equal(first.status, 'fulfilled');
  assert.equal(second.reason.code, 'ERR_HEAP_BUSY');
});
