'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { Slots } = require('../../lib/slots');

/** A task that ends when told to. */
function held() {
  let end;
  const ended = new Promise((resolve) => (end = resolve));
  return { task: () => ended, end };
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

test('runs so many at once, the others in the order in which they came', async () => {
  const slots = new Slots(2);
  const begun = [];
  const tasks = [0, 1, 2, 3].map((number) => {
    const { task, end } = held();
    const done = slots.run(() => {
      begun.push(number);
      return task();
    });
    return { end, done };
  });
  await tick();
  assert.deepEqual(begun, [0, 1]);
  tasks[1].end('one');
  assert.equal(await tasks[1].done, 'one');
  await tick();
  assert.deepEqual(begun, [0, 1, 2]);
  tasks[0].end();
  tasks[2].end();
  await tick();
  assert.deepEqual(begun, [0, 1, 2, 3]);
  tasks[3].end();
  await Promise.all(tasks.map(({ done }) => done));
});

test('a task that fails makes room like any other', async () => {
  const slots = new Slots(1);
  await assert.rejects(
    slots.run(() => Promise.reject(new Error('a'))),
    /a/,
  );
  await assert.rejects(
    slots.run(() => {
      throw new Error('b');
    }),
    /b/,
  );
  assert.equal(await slots.run(async () => 'c'), 'c');
});

test('an aborted signal: before, while waiting, and then the line moves on', async () => {
  const slots = new Slots(1);
  const reason = new Error('enough');
  await assert.rejects(
    slots.run(() => assert.fail('must not run'), AbortSignal.abort(reason)),
    (error) => error === reason,
  );
  const first = held();
  const running = slots.run(first.task);
  const controller = new AbortController();
  const waiting = slots.run(() => assert.fail('must not run'), controller.signal);
  const later = slots.run(async () => 'later');
  controller.abort(reason);
  await assert.rejects(waiting, (error) => error === reason);
  first.end('first');
  assert.deepEqual(await Promise.all([running, later]), ['first', 'later']);
});
