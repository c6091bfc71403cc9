'use strict';

/**
 * assertNoLeaks within node:test, on functions of this very process: what leaks is named, what is healthy is left alone.
 */

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { Readable } = require('node:stream');
const test = require('node:test');
const vm = require('node:vm');
const { assertNoLeaks, findLeaks, HeapAnalyzerError } = require('../..');
const { judgeCalls } = require('../../lib/assert-no-leaks/judge');
const { confirmation } = require('../../lib/assert-no-leaks/rounds');
const { root, runSource } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

/** Temporary directories of captures by this process. */
const leftovers = () => fs.readdirSync(os.tmpdir()).filter((name) => name.includes(`-${process.pid}-`));

/** A cache that throws out what was not used for longest. @param {number} max */
function boundedCache(max) {
  const entries = new Map();
  return (/** @type {string} */ key) => {
    entries.delete(key);
    entries.set(key, { key, at: Date.now(), payload: [key] });
    if (entries.size > max) entries.delete(entries.keys().next().value);
  };
}

test('healthy code of many kinds is left alone, without --expose-gc', async (t) => {
  assert.equal(/** @type {any} */ (globalThis).gc, undefined);
  const server = http.createServer((request, response) => response.end(request.url));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const storage = new AsyncLocalStorage();
  const bus = new EventEmitter();
  const remember = boundedCache(20);
  const memo = {};
  const ring = Array.from({ length: 16 });
  const weak = new WeakMap();
  const lazy = [
    'node:dgram',
    'node:dns',
    'node:http2',
    'node:readline',
    'node:repl',
    'node:tls',
    'node:zlib',
  ];
  const healthy = async (/** @type {number} */ call) => {
    remember(`user-${call}`);
    memo[`kind-${call % 8}`] ??= { call };
    ring[call % ring.length] = Buffer.alloc(1000, call);
    weak.set({ call }, [call]);
    require(lazy[call % lazy.length]);
    JSON.parse(JSON.stringify({ call, [`key-${call}`]: [`text ${call}`] }));
    new RegExp(`a${call}(b|c)*`).test(`a${call}bc`);
    new Function('x', `return x + ${call}`)(1);
    vm.runInNewContext(`${call} + 1`);
    structuredClone(new Map([[call, new Date()]]));
    for (let i = 0; i < 100; i++) (class { method() { return i; } }).name.concat(`${i}`); // prettier-ignore
    const listener = () => call;
    bus.on('event', listener);
    bus.off('event', listener);
    clearTimeout(setTimeout(() => call, 1e8));
    const controller = new AbortController();
    const aborted = new Promise((resolve) =>
      controller.signal.addEventListener('abort', resolve, { once: true }),
    );
    controller.abort();
    await aborted;
    await storage.run({ call }, () => new Promise((resolve) => setImmediate(resolve)));
    for await (const chunk of Readable.from(['a', 'b'])) assert.ok(chunk);
    await (await fetch(`http://127.0.0.1:${port}/${call}`)).text();
    await fs.promises.readFile(__filename);
  };
  const before = leftovers();
  const answer = await assertNoLeaks(healthy, { iterations: 30, settle: 20, timeout: 120_000 });
  assert.ok(['clean', 'growth'].includes(answer.verdict));
  assert.equal(answer.snapshots.length, 3);
  assert.ok(answer.snapshots.every((snapshot) => snapshot.path === undefined && snapshot.nodeCount > 1000));
  assert.deepEqual(leftovers(), before);
});

const kept = [];
const users = new Map();
const handlers = [];
const emitter = new EventEmitter();
emitter.setMaxListeners(0);
let chain = null;

class User {
  constructor(call) {
    this.name = `user ${call}`;
  }
}

/** @type {NodeJS.Timeout[]} */
const timers = [];
test.after(() => timers.forEach(clearTimeout));

function leaking(/** @type {number} */ call) {
  kept.push({ call });
  users.set(call, new User(call));
  handlers.push(() => call);
  emitter.on('event', () => call);
  chain = { chain, call };
  timers.push(setTimeout(() => call, 1e8).unref());
}

/** @type {string[]} of what it leaks */
let fingerprints;

test('what leaks is named, with its place, its kind and how to accept it; the stack leads to the test; snapshots are kept', async (t) => {
  const directory = path.join(temporaryDirectory(t), 'heaps');
  const options = { iterations: 20, confirm: 1, name: 'the shop', keepSnapshots: directory };
  const error = await assertNoLeaks(leaking, options).catch((thrown) => thrown);
  assert.ok(error instanceof HeapAnalyzerError);
  assert.equal(error.name, 'HeapLeakError');
  assert.equal(error.code, 'ERR_HEAP_LEAK');
  assert.ok(error.findings.length >= 5, error.message);
  const [line] = error.stack.slice(error.stack.indexOf('\n    at ')).trim().split('\n');
  assert.match(line, /assert-no-leaks\.test\.js:\d+:\d+/);
  assert.match(error.message, /^\d leaks in (?:100|460) calls of the shop, seen over 4 snapshots\.\n\n1\. /);
  const sentences = error.findings.map(({ sentence }) => sentence).join('\n');
  const found = error.findings.map(({ holder, pattern }) => `${holder.variable} ${pattern}`);
  for (const name of ['kept', 'users', 'handlers']) {
    const known = new RegExp(
      `"${name}" in \\S*assert-no-leaks\\.test\\.js:\\d+ grew 20 → 40 → 60 → [14][06]0 `,
    );
    assert.match(sentences, known);
  }
  assert.ok(found.includes('emitter._events.event event-listeners'), found.join());
  assert.match(sentences, /timers|Timeout/, sentences);
  assert.ok(
    error.findings.every((finding) => finding.grade === 'leak' && error.message.includes(finding.sentence)),
  );
  assert.ok(error.message.includes(`To accept it: ${error.findings[0].fingerprint}`));
  assert.equal(error.answer.verdict, 'leak');
  assert.deepEqual(Object.keys(error), ['code']);
  assert.ok(chain);

  const [place, ...others] = fs.readdirSync(directory);
  assert.deepEqual(others, []);
  assert.equal(path.resolve(error.keptIn), path.join(directory, place));
  assert.ok(error.message.endsWith(`heap-analyzer find-leaks --snapshot-dir ${error.keptIn}`));
  const names = ['baseline', 'target', 'final', 'confirmation-1'];
  const snapshots = names.map((name) => path.join(directory, place, `${name}.heapsnapshot`));
  const again = new Set((await findLeaks({ snapshots })).findings.map(({ fingerprint }) => fingerprint));
  fingerprints = error.findings.map(({ fingerprint }) => fingerprint);
  assert.deepEqual(
    fingerprints.filter((fingerprint) => !again.has(fingerprint)),
    [],
  );
});

test('a cache that fills to its bound is a suspicion which more calls lift', async () => {
  const remember = boundedCache(150);
  let calls = 0;
  const answer = await assertNoLeaks(
    (call) => {
      calls = call + 1;
      remember(`user-${call}`);
    },
    { iterations: 20, confirm: 2 },
  );
  assert.ok(calls > 150 + 20, `${calls}`);
  assert.ok(['growth', 'clean'].includes(answer.verdict));
  assert.ok(answer.snapshots.length > 3);
});

test('accepted leaks do not fail', async (t) => {
  const file = path.join(temporaryDirectory(t), 'accepted-leaks.json');
  const accepted = fingerprints.map((fingerprint) => ({ fingerprint, why: 'a test' }));
  fs.writeFileSync(file, JSON.stringify({ accepted }));
  const { verdict, findings } = await assertNoLeaks(leaking, { iterations: 20, accepted: file });
  assert.notEqual(verdict, 'leak', JSON.stringify(findings));
  assert.ok(findings.filter(({ status }) => status === 'known').length >= 5);
});

test('what the function throws is thrown; a signal and the time end it; nothing is left behind', async () => {
  const before = leftovers();
  const own = new Error('of the function');
  await assert.rejects(assertNoLeaks(() => { throw own; }), own); // prettier-ignore
  await assert.rejects(assertNoLeaks(async (call) => { if (call === 25) throw own; }, { iterations: 20 }), own); // prettier-ignore
  const late = {
    code: 'ERR_HEAP_TIMEOUT',
    message: /not done after 50 ms; 1 call was made until then|not done after 50 ms; 1 /,
  };
  await assert.rejects(
    assertNoLeaks(() => new Promise(() => {}), { timeout: 50 }),
    late,
  );
  await assert.rejects(
    assertNoLeaks(() => {}, { iterations: 1e9, timeout: 50 }),
    { code: 'ERR_HEAP_TIMEOUT' },
  );
  const reason = new Error('given up');
  const controller = new AbortController();
  const running = assertNoLeaks(() => new Promise(() => {}), { signal: controller.signal });
  // One that waits for its turn can give up as well.
  const waiting = assertNoLeaks(() => {}, { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(running, reason);
  await assert.rejects(waiting, reason);
  await assert.rejects(
    assertNoLeaks(() => {}, { signal: controller.signal }),
    reason,
  );
  assert.deepEqual(leftovers(), before);
});

test('in a worker thread', async () => {
  const worker = `
    const { parentPort } = require('node:worker_threads');
    const { assertNoLeaks } = require(${JSON.stringify(root)});
    const list = [];
    (async () => {
      const error = await assertNoLeaks((i) => list.push({ i }), { iterations: 10, confirm: 0 }).catch((thrown) => thrown);
      parentPort.postMessage(error.code);
    })();`;
  const { code, stdout, stderr } = await runSource(
    `const { Worker } = require('node:worker_threads');
     new Worker(${JSON.stringify(worker)}, { eval: true }).on('message', (told) => console.log(told));`,
  );
  assert.deepEqual([code, stdout, stderr], [0, 'ERR_HEAP_LEAK\n', '']);
});

test('small ones, books of runners, and what does not keep pace with the calls', () => {
  const finding = (/** @type {object} */ more) => ({
    grade: 'leak',
    evidence: [],
    entries: { perInterval: [8, 8, 8, 8], kind: 'A' },
    holder: {},
    ...more,
  });
  const place = { file: '/app/node_modules/@vitest/runner/dist/index.js', package: '@vitest/runner@3.2.4' };
  const answer = {
    verdict: 'leak',
    findings: [
      finding({ holder: { place } }),
      finding({ holder: { variable: 'testResources' }, entries: { perInterval: [9, 9], kind: 'Test' } }),
      finding({ holder: { place: { ...place, package: 'jester@1.0.0' } } }),
      finding({ entries: { perInterval: [8, 8, 16, 32], kind: 'A' } }),
    ],
  };
  judgeCalls(answer, [10, 10, 20, 80]);
  assert.deepEqual(
    answer.findings.map(({ grade }) => grade),
    ['growth', 'leak'],
  );
  assert.match(
    answer.findings[0].evidence[0],
    /did not grow with the calls, of which there were 10, 10, 20, 80/,
  );
  assert.equal(answer.verdict, 'leak');
});

test('wrong use is told in one sentence', async () => {
  for (const [args, sentence] of [
    [[], /a function for `fn` but received undefined/],
    [[() => {}, { iterations: 0 }], /`iterations`/],
    [[() => {}, { failOn: 'never' }], /"leak" or "likely" or "growth"/],
    [[() => {}, { warmUp: 3 }], /did you mean `warmup`/],
    [[() => {}, { accepted: 7 }], /`accepted`/],
  ]) {
    await assert.rejects(
      assertNoLeaks(...args),
      (error) => error.code === 'ERR_HEAP_USAGE' && sentence.test(error.message),
    );
  }
  await assert.rejects(
    assertNoLeaks(() => {}, { accepted: '/there/is/none.json' }),
    { code: 'ERR_HEAP_NOT_FOUND' },
  );
});

test('a confirmation doubles, and quick calls are made ten times as often', () => {
  const known = { iterations: 100, rounds: 3, msPerCall: 0.001, bytesPerCall: 40 };
  assert.deepEqual(confirmation(known), [2000, 4000, 8000]);
  assert.deepEqual(confirmation({ ...known, msPerCall: 1 }), [200, 400, 800]);
  assert.deepEqual(confirmation({ ...known, bytesPerCall: 4000 }), [200, 400, 800]);
  assert.deepEqual(confirmation({ ...known, rounds: 1, msPerCall: 5 }), [200]);
});
