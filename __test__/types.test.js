'use strict';

/**
 * index.d.ts is written by hand, so it is held against reality: real answers must fit the declared shapes, with
 * no key too few and none too many, and the examples of a user must compile.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const api = require('..');
const { make } = require('../fixtures/make');
const { root, run } = require('./helpers/run');
const { sessionsText } = require('./helpers/snapshot');
const { elementOf, objectOf } = require('./helpers/objects');
const { takeSeries } = require('./helpers/series');
const { temporaryDirectory } = require('./helpers/temporary');

const info = `{ path: 'x', sizeBytes: 1, nodeCount: 1, edgeCount: 1 }`;

/** What is compiled, in one run because the compiler takes seconds to start. */
const samples = {
  'notices.mts': `import type { SnapshotInfo } from 'heap-analyzer';
    export const whole: SnapshotInfo = ${info};
    export const few: SnapshotInfo = ${info.replace(', edgeCount: 1', '')};
    export const many: SnapshotInfo = ${info.replace('}', ', more: 1 }')};`,

  'user.mts': `import { adoptNodeSnapshots, estimateHeapSnapshot, listThreads, onSignal, takeHeapSnapshotFrom } from 'heap-analyzer';
    import type { AdoptedSnapshot, RemoteCaptureAnswer } from 'heap-analyzer';
    import { analyze, compare, findLeaks, inspectObject, takeHeapSnapshot, HeapAnalyzerError, version } from 'heap-analyzer';
    import type { AcceptedLeak, AnalyzeAnswer, CompareAnswer, CaptureAnswer, FindLeaksAnswer, InspectAnswer, Progress } from 'heap-analyzer';
    import * as api from 'heap-analyzer';
    declare const app: any;

    const self: AnalyzeAnswer = await analyze();
    const file: AnalyzeAnswer = await analyze(new URL('file:///x'), {
      top: 3,
      all: true,
      sections: ['hints', 'packages'],
      threads: 2,
      signal: AbortSignal.timeout(1000),
      onProgress: ({ phase, fraction }: Progress) => console.log(phase, fraction.toFixed(2)),
    });
    const bytes: AnalyzeAnswer = await analyze(Buffer.from('x'));
    const both: CompareAnswer = await compare('a', new Uint8Array(3), { growth: false, top: 3 });
    const accepted: AcceptedLeak[] = [{ fingerprint: 'x', why: 'y' }];
    const three: FindLeaksAnswer = await findLeaks(
      { baseline: 'a', target: Buffer.from('x'), final: new URL('file:///x') },
      { minGrowth: 3, finalAfter: 'rest', ignore: ['x', ...accepted], traceAllObjects: true, threads: 1 },
    );
    const object: InspectAnswer = await inspectObject('a', '@5', { limit: 3, textLimit: 9, paths: 2, hidden: true, rawPaths: true });
    console.log(object.holders.cut?.besides?.[0]?.text, object.allocation?.[0]?.line, object.node.value?.truncated);
    using heap: api.HeapSnapshot = await api.openSnapshot('a', { prepare: false, cache: true, threads: 1 });
    await heap.ready({ signal: AbortSignal.timeout(5) });
    for (const node of heap.nodes({ class: /x/, type: ['object'], minRetained: 9, where: ({ edgeCount }) => edgeCount > 3 })) {
      const [edge] = node.edges();
      const [, way] = await heap.paths(node, { limit: 3, exclude: ['Map', heap.root, 7] });
      console.log(node.get('a.b')?.value, node.dominator?.id.toFixed(), edge?.to.name, way?.[0]?.text, node.place?.line);
    }
    const kept: api.ObjectsAnswer = await heap.retainedBy('contexts', { top: 3 });
    console.log(kept.classes[0]?.name, (await heap.waste()).sparse[0]?.heldBy, (await heap.captures()).captures[0]?.closures[0]?.place?.file);
    console.log((await heap.diff(heap)).rows[0]?.name, (await heap.classes())[0]?.retainedSize, heap.columns.selfSizes[0]);
    const list: FindLeaksAnswer = await findLeaks({ snapshots: ['a', 'b'] as const });
    const place: string | undefined = three.findings[0]?.holder.place?.file;
    if (list.verdict === 'leak') console.log(place, list.fixed?.[0]?.why, list.groups?.[0]?.holder?.name);
    const taken: CaptureAnswer = await takeHeapSnapshot(undefined, { force: true, reason: 'why' });
    const text: string = version + self.tool.version + both.rows[0]?.name + taken.sha256;
    const size: number = file.classes[0]!.retainedSize + bytes.biggest[0]!.path[0]!.node.id;
    const holder: string | undefined = both.growth?.[0]?.holder?.class;
    try {
      await analyze('x');
    } catch (error) {
      if (error instanceof HeapAnalyzerError && error.code === 'ERR_HEAP_TRUNCATED') console.log(error.offset);
    }
    console.log(text, size, holder);

    const copied: api.RedactAnswer = await api.redactSnapshot('a', new URL('file:///b'), { propertyKeys: true, secret: 'x' });
    app.use('/x', api.heapSnapshotHandler({ token: ['x'], authorize: async (request) => request.ok, redact: { propertyKeys: true } }));
    api.koaMiddleware({ mount: '/x', loopback: true });
    await api.fastifyPlugin(app, { prefix: '/x', token: 'x', coolDownMs: 3 });
    api.healthHandler({ heapShareAbove: 0.9, figures: true });
    const watch: api.MemoryWatch = api.watchMemory({
      heapUsedAbove: 1, growthAbove: '50%', every: '5min', snapshot: { compress: 'zstd', maxFiles: 3 },
      onAlert: ({ kind, memory, snapshot }) => console.log(kind, memory.unexplained, snapshot?.path), gauge: (name, value) => value,
    });
    const ledger: api.MemoryLedger = (await watch.check())[0]?.memory ?? api.memoryLedger();
    api.promMetrics().stop();
    console.log(copied.replacedCount, ledger.mappedFiles?.toFixed(), (await api.snapshotNearHeapLimit({ count: 2 })).directory);
    // @ts-expect-error not with this framework
    await api.fastifyPlugin(app, { mount: '/x' });
    // @ts-expect-error there is no such option
    api.watchMemory({ heapUsedAbov: 1 });
    const own = await takeHeapSnapshot(undefined, { compress: 'zstd', maxFiles: 3, whenBusy: 'refuse', onSnapshot: (file, { sha256 }) => console.log(file, sha256) });
    const far: RemoteCaptureAnswer = await takeHeapSnapshotFrom({ inspect: 9229 }, 'x', { threadId: 1, onProgress: () => {} });
    const off: () => void = onSignal('SIGUSR2', { directory: 'x', onError: ({ code }) => console.log(code) });
    const { adopted }: { adopted: AdoptedSnapshot[] } = await adoptNodeSnapshots({ from: 'x' });
    const { pauseMs, memory } = await estimateHeapSnapshot();
    for (const { threadId, name } of await listThreads()) console.log(threadId, name, pauseMs, memory?.limit, own.removed, far.pauseMs?.toFixed(), adopted[0]?.meta.adoptedFrom, off);
    const checked: FindLeaksAnswer = await api.assertNoLeaks(async (call) => call.toFixed(), { iterations: 3, accepted: ['x'], failOn: 'leak' });
    const markdown: string = api.report(checked, { maxLength: 5000 });
    try { await api.assertNoLeaks(() => {}); } catch (error) { const { findings, keptIn } = error as api.HeapLeakError; console.log(findings[0]?.sentence, keptIn, markdown); }
    // @ts-expect-error such a check could not fail
    await api.assertNoLeaks(() => {}, { failOn: 'never' });
    // @ts-expect-error one target at a time is known by its name
    await takeHeapSnapshotFrom({ host: 'x' });
    // @ts-expect-error there is no such option
    await analyze('x', { tpo: 3 });
    // @ts-expect-error there is no such section
    await analyze('x', { sections: ['hits'] });
    // @ts-expect-error an object is needed
    await inspectObject('x');
    // @ts-expect-error there is no such filter
    heap.nodes({ klass: 'Map' });
    // @ts-expect-error nodes come from snapshots
    new api.HeapNode();
    // @ts-expect-error two snapshots are needed
    await compare('x');
    // @ts-expect-error two snapshots are needed
    await findLeaks({ baseline: 'a' });
    // @ts-expect-error a series has one order
    await findLeaks({ baseline: 'a', target: 'b', snapshots: ['a', 'b'] });
    // @ts-expect-error no such time
    await findLeaks({ baseline: 'a', target: 'b' }, { finalAfter: 'lunch' });
    // @ts-expect-error not an option of this function
    await takeHeapSnapshot('x', { top: 3 });
    // @ts-expect-error no such code
    new HeapAnalyzerError('ERR_OTHER', 'x');`,

  'required.cts': `import api = require('heap-analyzer');
    const answer: Promise<api.AnalyzeAnswer> = api.analyze('x');
    export = answer;`,
};

/** Complaints of the compiler by the file they are about. @type {Map<string, string[]>} */
const complaints = new Map();

/**
 * An object, what refers to it and the biggest ones, every list short: literals of the compiler's.
 * @param {string} file
 * @param {number} id
 */
async function inspected(file, id) {
  const options = { limit: 2, textLimit: 20, paths: 1 };
  const { biggest } = await api.analyze(file, { top: 3 });
  const { retainers } = await api.inspectObject(file, id, options);
  const ids = [id, ...[...retainers, ...biggest].map(({ node }) => node.id)];
  return Promise.all(ids.map((each) => api.inspectObject(file, each, options)));
}

/**
 * Real answers as literals of their declared types. A literal may have no key that is not declared, and must have
 * all that are required: that is what makes the compilation a check.
 * @param {string} directory
 */
async function realAnswers(directory) {
  const base = path.join(directory, 'base.heapsnapshot');
  const target = path.join(directory, 'target.heapsnapshot');
  fs.writeFileSync(base, sessionsText(3));
  fs.writeFileSync(target, sessionsText(5));
  const snapshots = await takeSeries(directory, 'leaking');
  const timeline = await make({ program: 'timeline' });
  const error = await api.analyze('/there/is/nothing').catch((thrown) => thrown);
  const literals = {
    AnalyzeAnswer: [
      await api.analyze(base),
      await api.analyze(),
      await api.analyze(fs.readFileSync(base)),
      await api.analyze(snapshots[2], { sections: 'all', top: 3 }),
    ],
    CompareAnswer: [
      await api.compare(base, target),
      await api.compare(base, target, { growth: false }),
      await api.compare(target, base),
    ],
    FindLeaksAnswer: [
      ...(await Promise.all(
        [{}, { ignore: ['x'], traceAllObjects: true }].map((options) =>
          api.findLeaks({ snapshots }, options),
        ),
      )),
      await api.findLeaks({ snapshots: [...snapshots].reverse() }),
      await api.findLeaks({ baseline: snapshots[0], target: snapshots[1] }),
    ],
    InspectAnswer: [
      await api.inspectObject(base, 5),
      ...(await inspected(
        snapshots[2],
        objectOf(snapshots[2], (node) => node.name === 'user-1499'),
      )),
      ...(await inspected(timeline, elementOf(timeline, 'held', 499))),
    ],
    CaptureAnswer: [
      await api.takeHeapSnapshot(path.join(directory, 'a')),
      await api.takeHeapSnapshot(path.join(directory, 'b'), { reason: 'a test' }),
      ...(await Promise.all(
        [1, 2].map(() => api.takeHeapSnapshot(undefined, { directory, compress: 'gzip' })),
      )),
      await api.takeHeapSnapshot(undefined, { directory, maxFiles: 1 }),
    ],
    RedactAnswer: [
      await api.redactSnapshot(base, path.join(directory, 'c')),
      await api.redactSnapshot(base, path.join(directory, 'd.gz')),
    ],
    MemoryLedger: [api.memoryLedger()],
    MemoryAlert: await api
      .watchMemory({ heapUsedAbove: 1, rssAbove: 1, snapshot: { directory }, onAlert: () => {} })
      .check(),
    PreflightReport: [await api.estimateHeapSnapshot()],
    ErrorCode: [error.code],
  };
  const lines = Object.entries(literals).flatMap(([type, values]) =>
    values.map(
      (value, index) => `export const ${type}${index}: api.${type} = ${JSON.stringify(value, null, 1)};`,
    ),
  );
  return `import type * as api from 'heap-analyzer';\n${lines.join('\n')}`;
}

test.before(async () => {
  const directory = temporaryDirectory(test);
  const sources = { ...samples, 'answers.mts': await realAnswers(directory) };
  for (const [name, source] of Object.entries(sources)) fs.writeFileSync(path.join(directory, name), source);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: 'es2022',
    module: 'node16',
    moduleResolution: 'node16',
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules', '@types')],
    paths: { 'heap-analyzer': [path.join(root, 'index.d.ts')] },
  };
  const project = JSON.stringify({ compilerOptions, files: Object.keys(sources) });
  fs.writeFileSync(path.join(directory, 'tsconfig.json'), project);
  const compiler = path.join(root, 'node_modules', '.bin', 'tsc');
  const { stdout } = await run(['--pretty', 'false', '-p', '.'], { command: compiler, cwd: directory });
  for (const name of Object.keys(sources)) complaints.set(name, []);
  for (const line of stdout.split('\n').filter((text) => /^\S/.test(text))) {
    const name = line.slice(0, line.indexOf('('));
    complaints.set(name, [...(complaints.get(name) ?? []), line]);
  }
});

test('real answers fit the declared shapes exactly', () => {
  assert.deepEqual(complaints.get('answers.mts'), []);
});

test('the check notices a key too few and a key too many', () => {
  const [few, many, ...more] = complaints.get('notices.mts') ?? [];
  assert.match(few, /\(3,.*edgeCount/);
  assert.match(many, /\(4,.*more/);
  assert.deepEqual(more, []);
});

test('what a user writes compiles, and what is wrong does not', () => {
  assert.deepEqual(complaints.get('user.mts'), []);
  assert.deepEqual(complaints.get('required.cts'), []);
});

test('the compiler complains about nothing else', () => {
  assert.deepEqual([...complaints.keys()].sort(), ['answers.mts', ...Object.keys(samples)].sort());
});

test('exactly the declared names are exported', () => {
  const declared = ['index.d.ts', 'lib/objects/types.d.ts'].flatMap((file) => [
    ...fs.readFileSync(path.join(root, file), 'utf8').matchAll(/^export (?:const|function|class) (\w+)/gm),
  ]);
  assert.deepEqual(Object.keys(api).sort(), declared.map(([, name]) => name).sort());
});

test('every code that is declared is documented, and every one in the sources is declared', () => {
  const declarations = fs.readFileSync(path.join(root, 'index.d.ts'), 'utf8');
  const declared = new Set([...declarations.matchAll(/\| '(ERR_HEAP_\w+)'/g)].map(([, code]) => code));
  const documented = new Set(
    [...declarations.matchAll(/^ \* \| `(ERR_HEAP_\w+)` \|/gm)].map(([, code]) => code),
  );
  assert.deepEqual([...documented].sort(), [...declared].sort());
  const used = new Set();
  for (const folder of ['lib', 'cli', 'src']) {
    for (const file of fs.readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!/\.(js|rs)$/.test(file.name)) continue;
      const source = fs.readFileSync(path.join(file.parentPath ?? file.path, file.name), 'utf8');
      for (const [code] of source.matchAll(/ERR_HEAP_[A-Z_]+[A-Z]/g)) used.add(code);
    }
  }
  for (const code of used) assert.ok(declared.has(code), `${code} is not declared`);
});
