/**
 * heap-analyzer: reads V8 heap snapshots, and takes them.
 *
 * Units, everywhere: sizes are bytes, times are milliseconds unless the name says otherwise, object ids are V8's
 * own (the numbers after `@` in Chrome DevTools). The *shallow* or *self* size of an object is its own memory;
 * its *retained* size is what would be freed with it. All figures equal those of Chrome DevTools on the same
 * file.
 *
 * Every function returns a promise that rejects with a {@link HeapAnalyzerError}, or with the reason of the
 * `signal` that aborted it. The work is done on other threads; only taking a snapshot stops the event loop.
 *
 * @example
 * const { analyze, compare, takeHeapSnapshot } = require('heap-analyzer');
 *
 * await takeHeapSnapshot('before.heapsnapshot');
 * // … let the app work …
 * await takeHeapSnapshot('after.heapsnapshot');
 *
 * const { rows } = await compare('before.heapsnapshot', 'after.heapsnapshot');
 * console.log(rows[0]); // { name: 'Session', countDelta: 1000, sizeDelta: 72000, … }
 *
 * @packageDocumentation
 */

/** The version of this package, e.g. `"2.0.0"`. */
export const version: string;

/**
 * A snapshot to read: the path of a file, a `file:` URL, or the bytes themselves.
 *
 * Bytes are copied before the call returns, since they are read on another thread; a path costs less.
 */
export type SnapshotInput = string | URL | Uint8Array | ArrayBuffer;

/**
 * Says what is in a heap: its composition, its classes, its biggest objects.
 *
 * Without an input it takes a snapshot of this process (of the isolate of the calling thread), analyses that, and
 * removes it. Taking it stops the event loop; see {@link takeHeapSnapshot}.
 *
 * At most two analyses run at a time on each thread, later ones wait for their turn: the engine works on the
 * threads of libuv's pool, and the app needs some of them for its own files and name look-ups.
 *
 * @example
 * const { totals, classes, biggest } = await analyze('heap.heapsnapshot', { top: 10 });
 * console.log(totals.selfSize);                          // 41312440
 * console.log(classes[0].name, classes[0].retainedSize); // Map 22137064
 * console.log(biggest[0].path.map((hop) => hop.text));   // how the root reaches the biggest object
 *
 * @example <caption>this process, with a time limit</caption>
 * const now = await analyze(undefined, { signal: AbortSignal.timeout(60_000) });
 *
 * @example <caption>what may leak, and whose the bytes are</caption>
 * const { findings, packages, duplicateStrings } = await analyze('heap.heapsnapshot', { sections: 'all' });
 * console.log(findings?.[0]?.sentence);  // 'Map "sessions" in src/session.js:12 has 12,300 entries of Session …'
 * console.log(packages?.[0]?.name, duplicateStrings?.[0]?.wastedBytes);
 */
export function analyze(input?: SnapshotInput, options?: AnalyzeOptions): Promise<AnalyzeAnswer>;

/**
 * Says what grew between two snapshots of one process, and who holds it.
 *
 * Objects are matched by their ids, as in the comparison of Chrome DevTools: an id that only the target has was
 * added, one that only the base has was removed. Ids of two processes mean nothing to each other.
 *
 * @example
 * const { totals, rows, growth } = await compare('before.heapsnapshot', 'after.heapsnapshot');
 * console.log(totals.delta.selfSize);     // 4093120
 * console.log(rows[0].name);              // 'Session'
 * console.log(growth?.[0].holder?.name);  // 'Map'
 */
export function compare(
  base: SnapshotInput,
  target: SnapshotInput,
  options?: CompareOptions,
): Promise<CompareAnswer>;

/**
 * Says what leaks over a series of snapshots of one process: what grows, who holds it, where in the source that is,
 * which kind of mistake it is, and how sure that is.
 *
 * Two snapshots show growth; three, taken while the app works, show whether it goes on. On a healthy app the verdict
 * is `"clean"` and there are no findings of grade `leak` or `likely`.
 *
 * Where the source files that the snapshots name can be read, they are searched for the lines of declarations.
 *
 * @example
 * const { verdict, findings } = await findLeaks({
 *   baseline: 'warm.heapsnapshot',
 *   target: 'loaded.heapsnapshot',
 *   final: 'loaded-more.heapsnapshot',
 * });
 * console.log(verdict);                // 'leak'
 * console.log(findings[0]?.sentence);  // 'Map "sessions" in src/session.js:12 grew 300 → 1,300 → 2,300 entries …'
 *
 * @example <caption>in a test, with leaks that are known and accepted</caption>
 * const { accepted } = require('./accepted-leaks.json');
 * const { verdict, fixed } = await findLeaks({ snapshots: [a, b, c] }, { ignore: accepted });
 */
export function findLeaks(series: SnapshotSeries, options?: FindLeaksOptions): Promise<FindLeaksAnswer>;

/**
 * For tests: calls a function again and again in this process, and rejects with a {@link HeapLeakError} when that leaks.
 * Otherwise it resolves with the answer of {@link findLeaks} (whose snapshots have no `path`, as they are gone).
 *
 * It warms up, takes three snapshots with calls between them, and has a suspicion confirmed by more calls, so that a cache
 * which fills to its bound does not fail the test. It works in node:test, vitest, jest and mocha, in worker threads, and
 * without `--expose-gc`; see docs/ci.md. Checks of one thread wait for each other. What the function throws is thrown.
 *
 * @param fn Is called with 0, 1, 2 and so on, one call after the other; a promise that it returns is awaited.
 *
 * @example
 * await assertNoLeaks(async (call) => app.inject({ url: `/users/${call}` }));
 */
export function assertNoLeaks(
  fn: (call: number) => unknown,
  options?: AssertNoLeaksOptions,
): Promise<FindLeaksAnswer>;

export interface AssertNoLeaksOptions {
  /** Calls between two snapshots. Default: 100. */
  iterations?: number;
  /** Calls before the first snapshot. Default: as many as `iterations`. */
  warmup?: number;
  /**
   * Rounds of calls that are to confirm a suspicion, each with twice as many calls as the one before. Of quick calls there
   * are ten times as many. With 0 the first three snapshots decide. Default: 3.
   */
  confirm?: number;
  /** The grade from which on it fails. Default: `"likely"`. */
  failOn?: 'leak' | 'likely' | 'growth';
  /** Leaks that are known: their fingerprints, or the file of them that `find-leaks --update-ignore` writes. */
  accepted?: string | URL | ReadonlyArray<string | AcceptedLeak>;
  /** Findings that keep fewer bytes do not fail. Default: 0. */
  minBytes?: number;
  /** Entries that must come in each round. Default: 5, or `iterations` if that is less. */
  minGrowth?: number;
  /** Milliseconds to wait before each snapshot, for what ends by itself. Default: 0. */
  settle?: number;
  /** Milliseconds after which it rejects with `ERR_HEAP_TIMEOUT`. Default: none. */
  timeout?: number;
  /** Ends it; it rejects with the signal's reason. */
  signal?: AbortSignal;
  /** A directory in which the snapshots of a check that fails are kept, in a folder of their own. */
  keepSnapshots?: string | URL;
  /** What the message calls the function. Default: its own name. */
  name?: string;
  /** See {@link FindLeaksOptions.sourceMaps}. */
  sourceMaps?: string | URL;
  /** See {@link TaskOptions.threads}. */
  threads?: number;
  /** See {@link CaptureOptions.force}. */
  force?: boolean;
}

/** What {@link assertNoLeaks} rejects with. Its message tells every finding, with its evidence. */
export interface HeapLeakError extends Omit<HeapAnalyzerError, 'name' | 'code'> {
  name: 'HeapLeakError';
  code: 'ERR_HEAP_LEAK';
  /** Those that the check fails for. */
  findings: Finding[];
  /** All that was found out. */
  answer: FindLeaksAnswer;
  /** Where its snapshots are, with {@link AssertNoLeaksOptions.keepSnapshots}. */
  keptIn: string | null;
}

/**
 * An answer as a document: what the terminal says, as Markdown for a pull request, a job's summary or an agent. What is
 * to be done stands first, the length is bounded, and nothing that comes from a heap is markup in it.
 *
 * Throws `ERR_HEAP_USAGE` when it is no answer of {@link analyze}, {@link compare} or {@link findLeaks}.
 *
 * @example
 * const answer = await findLeaks({ snapshots: ['a.heapsnapshot', 'b.heapsnapshot', 'c.heapsnapshot'] });
 * fs.writeFileSync('leaks.md', report(answer, { format: 'markdown' }));
 */
export function report(
  answer: AnalyzeAnswer | CompareAnswer | FindLeaksAnswer,
  options?: ReportOptions,
): string;

export interface ReportOptions {
  /**
   * Default: `"markdown"`. `"html"` is a page with the answer in it, for a browser; `maxLength` does not hold for it. On the
   * command line such a page has more: what its reader will want to see next is asked for too. `"sarif"` (2.1.0) and
   * `"junit"` are the findings of {@link findLeaks} for machines that show them; other answers are refused.
   */
  format?: 'markdown' | 'html' | 'sarif' | 'junit';
  /** For `"sarif"` and `"junit"`: the grade from which on a finding is a failure. Default: `"likely"`. */
  failOn?: 'leak' | 'likely' | 'growth' | 'never';
  /**
   * The most UTF-16 units that it may have, from 4,000; what has no room is counted at its end. Ten findings are told
   * whole, fifty more in a line each, and of tables 25 rows, whatever room there is. Default: 60,000, since a comment on
   * GitHub has room for 65,536.
   */
  maxLength?: number;
}

/**
 * Tells all about one object: what it is and where it comes from, why it is alive and what would free it, what it
 * refers to, what refers to it, and what it keeps alive.
 *
 * Rejects with `ERR_HEAP_NO_OBJECT` when the snapshot has no object of that id. Ids are those of one process: an
 * object has the same id in all snapshots of its process, and none in those of another.
 *
 * @param objectId V8's id, as other answers and Chrome DevTools give it: `12345`, `"12345"` or `"@12345"`.
 *
 * @example
 * const { sentence, holders, paths } = await inspectObject('heap.heapsnapshot', '@12345');
 * console.log(sentence);               // 'Map "sessions" @12345 of 2,000 entries in /app/s.js:5 keeps 1.0 MB alive, …'
 * console.log(holders.independent);    // 1: one cut is enough
 * console.log(holders.cut?.text, holders.cut?.frees);  // 'variable "sessions" of login() in /app/s.js' 1015040
 * console.log(paths[0]?.map((hop) => hop.text).join(' '));
 */
export function inspectObject(
  input: SnapshotInput,
  objectId: number | string,
  options?: InspectOptions,
): Promise<InspectAnswer>;

export * from './lib/objects/types.js';

/**
 * Takes a snapshot of this process (of the isolate of the calling thread) and writes it to a file.
 *
 * It is safe to call in production, as far as a snapshot can be: **the event loop stands still while V8 makes
 * it**, about 4 µs for every object in the heap on Node 20 (seconds for a heap of hundreds of MB), and it needs
 * about 320 bytes of memory beside the heap for each. A capture that would not fit into the memory of the host or
 * container, or on the disk, is refused beforehand; see `force`.
 *
 * The file is written under a private name beside its place (mode 0600), read back and verified, synced, and only
 * then given its name. When the promise rejects, nothing is left behind. Nothing is overwritten and no symlink
 * followed at `path` unless `overwrite` says so. One capture at a time is taken in each thread; see `whenBusy` for
 * what becomes of concurrent calls. What a killed process left behind is removed by the next capture in that
 * directory. Beside the file comes `<path>.meta.json`; see {@link CaptureMeta}.
 *
 * @param path where the snapshot goes. If left out: `heap-<time>-<pid>-<thread>.heapsnapshot` in `directory`, or the
 * directory that the environment variable `HEAP_SNAPSHOT_DIR` names (made if it is missing), or the working directory.
 *
 * @example
 * const { path, sizeBytes, pauseMs } = await takeHeapSnapshot('heap.heapsnapshot', { reason: 'after deploy' });
 */
export function takeHeapSnapshot(path?: string | URL, options?: CaptureOptions): Promise<CaptureAnswer>;

/**
 * Says what a snapshot would cost, and whether it would be refused, without taking one.
 *
 * @example
 * const { pauseMs, memoryBytes, refusal } = await estimateHeapSnapshot();
 */
export function estimateHeapSnapshot(options?: {
  /** Where the file would go. Default: `HEAP_SNAPSHOT_DIR`, or the working directory. */
  directory?: string | URL;
  /** See {@link CaptureOptions.maxBytes}. */
  maxBytes?: number;
  /** See {@link CaptureOptions.threadId}. */
  threadId?: number;
}): Promise<PreflightReport>;

/**
 * The threads of this process that can be captured: the main thread and every worker, whoever started it. With a
 * target those of another process, by the address of its inspector.
 *
 * @example
 * for (const { threadId, name } of await listThreads()) console.log(threadId, name);
 */
export function listThreads(
  target?: { inspect: string | number },
  options?: { signal?: AbortSignal; allowRemote?: boolean },
): Promise<ThreadInfo[]>;

export interface ThreadInfo {
  /** 0 is the main thread. */
  threadId: number;
  /** The `name` that the worker was given. Absent without one, and for the main thread. */
  name?: string;
  /** Whether it is the calling thread. */
  current: boolean;
}

/**
 * Writes a copy of a snapshot that may go where the heap itself must not: what strings, sources of scripts, regular
 * expressions and numbers say is replaced by made-up texts of the same length, equal where the real ones were equal.
 * Nodes, edges, ids, sizes, types and places in source stay, and so do the names of classes, functions, variables and
 * files; keys of properties go on request. So every figure of the copy is that of the original, and Chrome DevTools
 * opens it.
 *
 * It is done as a stream, with little memory whatever the size. The copy (mode 0600) has its name only when it is
 * whole.
 *
 * @example
 * await redactSnapshot('heap.heapsnapshot', 'heap-for-the-vendor.heapsnapshot.gz', { propertyKeys: true });
 */
export function redactSnapshot(
  input: SnapshotInput,
  output: string | URL,
  options?: RedactOptions,
): Promise<RedactAnswer>;

/**
 * Takes a snapshot of another process:
 *
 * - `{ inspect: '127.0.0.1:9229' }` by its inspector (`node --inspect`), any thread of it;
 * - `{ endpoint: 'http://127.0.0.1:3000/debug/heap-snapshot' }` by an HTTP endpoint: that of this package, one that answers
 *   with the snapshot, or one that answers `{"snapshot": "name of a file", "size": 1}` and runs on this machine;
 * - `{ pid: 1234 }` by a signal, on Linux, and only where the system shows a handler that is known to be ours
 *   ({@link onSignal}, `heap-analyzer/register`) or that of Node.js (`--heapsnapshot-signal`): to any other process the
 *   signal would be deadly. With `allowInspector` its inspector is opened for the moment instead.
 *
 * What comes is checked to its end before it has its name, as with {@link takeHeapSnapshot}.
 *
 * @example
 * await takeHeapSnapshotFrom({ inspect: '127.0.0.1:9229' }, 'app.heapsnapshot');
 */
export function takeHeapSnapshotFrom(
  target: RemoteTarget,
  path?: string | URL,
  options?: RemoteCaptureOptions,
): Promise<RemoteCaptureAnswer>;

/**
 * How {@link takeHeapSnapshotFrom} would ask the target, and what a capture would cost there, as far as that can be known
 * without one. Rejects where it would be refused.
 */
export function estimateHeapSnapshotFrom(
  target: RemoteTarget,
  options?: RemoteCaptureOptions,
): Promise<{
  /** By its inspector, by its endpoint, by our handler (`signal`), or by the handler of Node.js (`node`). */
  way: 'inspector' | 'endpoint' | 'signal' | 'node';
  /** Which signal would be sent, where one would be. */
  signal?: NodeJS.Signals;
  /** `null` where it cannot be known. */
  preflight: PreflightReport | null;
}>;

export type RemoteTarget = { inspect: string | number } | { endpoint: string | URL } | { pid: number };

/** An option that means nothing for the target is `ERR_HEAP_USAGE`. */
export interface RemoteCaptureOptions {
  /** See {@link CaptureOptions.overwrite}. */
  overwrite?: boolean;
  /** See {@link CaptureOptions.directory}. */
  directory?: string | URL;
  /** See {@link CaptureOptions.compress}. */
  compress?: 'gzip' | 'zstd' | false;
  /** Gives up. The other process still finishes the capture it has begun. */
  signal?: AbortSignal;
  /** `inspect` only: see {@link CaptureOptions.force}. */
  force?: boolean;
  /** `inspect` only. */
  exposeNumericValues?: boolean;
  /** `inspect` only. */
  exposeInternals?: boolean;
  /** `inspect` only. */
  reason?: string;
  /** `inspect` only: a worker of that process. Default: 0, its main thread. */
  threadId?: number;
  /** `inspect` only: also an address of another host. Everything, code too, crosses the network in the clear. */
  allowRemote?: boolean;
  /** `endpoint` only: sent as `Authorization: Bearer …`. */
  token?: string;
  /** `endpoint` only: more header lines. */
  headers?: Record<string, string>;
  /** `endpoint` and `pid`: how long nothing may come, in milliseconds. Default: 15 minutes. */
  timeoutMs?: number;
  /** `pid` only: open its inspector (SIGUSR1), and close it again, where there is no handler for snapshots. */
  allowInspector?: boolean;
  /** `inspect` and `endpoint`: see {@link TaskOptions.onProgress}. */
  onProgress?: (progress: Progress) => unknown;
}

/** What {@link takeHeapSnapshotFrom} did. */
export interface RemoteCaptureAnswer {
  path: string;
  sizeBytes: number;
  sha256: string;
  nodeCount: number;
  /** How long that event loop stood still, where it is known. */
  pauseMs?: number;
  /** `inspector` with its address, `endpoint` with its URL (without its query), or `pid` with the process id. */
  source: { kind: 'inspector' | 'endpoint' | 'pid'; target: string | number };
  /** What the other side told. */
  meta: Pick<CaptureMeta, 'capturedAt'> & Partial<CaptureMeta>;
  compression?: 'gzip' | 'zstd';
}

/**
 * Takes a snapshot whenever a signal comes: `kill -USR2 <pid>`. The file gets a name of ours in `directory` or
 * `HEAP_SNAPSHOT_DIR`, and a line on stderr tells it. Signals that come while one is served are served by it.
 *
 * Throws `ERR_HEAP_UNSUPPORTED` on Windows and in worker threads, and `ERR_HEAP_USAGE` for signals that mean something
 * already (`SIGTERM`, `SIGUSR1`, …). Under nodemon, which restarts its program with SIGUSR2, it warns. Where Node.js itself
 * has that signal (`--heapsnapshot-signal`), it takes no snapshots but adopts those of Node.js, and warns once.
 *
 * @param signal Default: `'SIGUSR2'`. A second call for one signal replaces the first.
 * @returns takes the handler off again
 *
 * @example
 * const off = onSignal('SIGUSR2', { directory: 'heaps', maxFiles: 5, onSnapshot: (file) => console.log(file) });
 */
export function onSignal(signal?: NodeJS.Signals, options?: SignalOptions): () => void;

/**
 * Adopts the snapshots that earlier processes left behind with `--heapsnapshot-near-heap-limit` or
 * `--heapsnapshot-signal`: checks them, moves them into our directory under names of ours, writes their sidecars. Files
 * that are not whole stay where they are. What processes that still run have written is left alone.
 *
 * @example
 * const { adopted, broken } = await adoptNodeSnapshots({ directory: 'heaps' });
 */
export function adoptNodeSnapshots(options?: AdoptOptions): Promise<{
  adopted: AdoptedSnapshot[];
  /** Paths of files that are not whole. */
  broken: string[];
}>;

export interface SignalOptions extends Omit<
  CaptureOptions,
  'signal' | 'overwrite' | 'whenBusy' | 'threadId' | 'onSnapshot'
> {
  /** Is told of each finished file; see {@link CaptureOptions.onSnapshot}. */
  onSnapshot?: (file: string, answer: CaptureAnswer | AdoptedSnapshot) => unknown;
  /** Is told why there is no snapshot. Default: a warning of the process. */
  onError?: (error: HeapAnalyzerError) => unknown;
  /** No line on stderr for each snapshot. Default: `false`. */
  quiet?: boolean;
}

export interface AdoptOptions {
  /** Where Node.js wrote them. Default: its `--diagnostic-dir`, else the working directory. */
  from?: string | URL;
  /** See {@link CaptureOptions.directory}. */
  directory?: string | URL;
  /** See {@link CaptureOptions.compress}. Default: `false`. */
  compress?: 'gzip' | 'zstd' | false;
  /** See {@link CaptureOptions.maxFiles}. */
  maxFiles?: number;
  /** See {@link CaptureOptions.maxBytes}. */
  maxBytes?: number;
  /** Why they were taken; kept in `meta` and in their names. Default: `"node"`. */
  reason?: string;
  /** Is told of each file; see {@link CaptureOptions.onSnapshot}. */
  onSnapshot?: (file: string, answer: AdoptedSnapshot) => unknown;
  signal?: AbortSignal;
}

/** A snapshot that Node.js wrote by itself, and that is ours now. */
export interface AdoptedSnapshot {
  path: string;
  sizeBytes: number;
  sha256: string;
  nodeCount: number;
  source: { kind: 'node'; target: number };
  /** What is known: of a process that has ended its heap only. */
  meta: Pick<CaptureMeta, 'capturedAt' | 'pid' | 'threadId'> &
    Partial<Pick<CaptureMeta, 'startedAt' | 'processKey' | 'nodeVersion' | 'v8Version' | 'memoryUsage'>> & {
      reason: string;
      /** Where Node.js had written it. */
      adoptedFrom: string;
    };
  compression?: 'gzip' | 'zstd';
}

/**
 * The endpoint: snapshots of this process over HTTP. It is middleware for Express 4 and 5 and Connect, and with `mount`
 * a listener for `http.createServer` too. Nothing is mounted by importing this package, and mounting throws unless
 * `token`, `authorize` or `loopback` says who may ask.
 *
 * Routes, relative to the mount: GET and POST `/` take a snapshot; GET `/list`, GET and DELETE `/:id` are about those
 * that there are; GET `/memory`, `/analyze` and `/leaks` answer questions. See docs/serve.md.
 *
 * @example
 * app.use('/debug/heap-snapshot', heapSnapshotHandler({ token: process.env.HEAP_ANALYZER_TOKEN }));
 *
 * @example <caption>without a framework</caption>
 * const heap = heapSnapshotHandler({ token, mount: '/debug/heap-snapshot' });
 * http.createServer((request, response) => heap(request, response, () => app(request, response)));
 */
export function heapSnapshotHandler(
  options: ServeOptions,
): (request: any, response: any, next?: (error?: any) => void) => Promise<void> | void;

/**
 * The endpoint as a plugin for Fastify 4 and 5.
 *
 * @example
 * fastify.register(fastifyPlugin, { prefix: '/debug/heap-snapshot', token: process.env.HEAP_ANALYZER_TOKEN });
 */
export function fastifyPlugin(
  instance: any,
  options: Omit<ServeOptions, 'mount'> & { prefix?: string },
): Promise<void>;

/**
 * The endpoint as middleware for Koa: with `mount`, or below koa-mount.
 *
 * @example
 * app.use(koaMiddleware({ mount: '/debug/heap-snapshot', token: process.env.HEAP_ANALYZER_TOKEN }));
 */
export function koaMiddleware(
  options: ServeOptions,
): (context: any, next: () => Promise<any>) => Promise<any>;

export interface ServeOptions {
  /** Who sends `Authorization: Bearer <token>` may ask. At least 32 characters; several, to change them one by one. */
  token?: string | readonly string[];
  /**
   * May this request ask? Only `true`, or a promise of it, lets it in. It is given the framework's own request (in Koa
   * the context). With a `token`, both must agree.
   */
  authorize?: (request: any) => boolean | Promise<boolean>;
  /**
   * For development: only requests from this host, and to a name of this host. Alone it is refused when `NODE_ENV` is
   * `production`. Default: `false`.
   */
  loopback?: boolean;
  /** The path below which to answer, where the framework does not say. Anything else goes to `next`. */
  mount?: string;
  /**
   * Redact everything that is written or leaves, as {@link redactSnapshot} does. Without it a request can still ask for
   * that with `?redact=1` or `?redact=keys`. Default: `false`.
   */
  redact?: boolean | { propertyKeys?: boolean };
  /** Where snapshots are kept. Default: `HEAP_SNAPSHOT_DIR`, else the working directory. */
  directory?: string | URL;
  /** As in {@link CaptureOptions}. */
  maxFiles?: number;
  /** As in {@link CaptureOptions}. */
  maxBytes?: number;
  /** As in {@link CaptureOptions}: status 429 with `Retry-After`. */
  coolDownMs?: number;
  /** As in {@link CaptureOptions}, for requests that do not say `?compress=`. */
  compress?: 'gzip' | 'zstd' | false;
  /** As in {@link CaptureOptions}. */
  exposeNumericValues?: boolean;
  /** As in {@link CaptureOptions}. */
  way?: 'direct' | 'inspector';
  /** As in {@link CaptureOptions}. */
  onSnapshot?: (file: string, answer: CaptureAnswer) => unknown;
  /** How many threads an analysis may use. Default: one per core. */
  threads?: number;
}

/**
 * A health check that measures this very process: status 200, or 503 when one of the lines is crossed. It is for
 * Express, Fastify and `http`, asks for no token, and so tells only `{ healthy, over }`, unless `figures` is given.
 *
 * @example
 * app.get('/health', healthHandler({ heapUsedAbove: 512 * 1024 * 1024 }));
 */
export function healthHandler(options: HealthOptions): (request: any, response: any) => void;

export interface HealthOptions {
  /** Bytes of heap in use. */
  heapUsedAbove?: number;
  /** Bytes of resident memory. */
  rssAbove?: number;
  /** Share of V8's limit that is in use, above 0 and up to 1. */
  heapShareAbove?: number;
  /** Also tell {@link memoryLedger}. Default: `false`. */
  figures?: boolean;
}

/**
 * Watches the memory of this process: tells of lines that are crossed and of growth, takes snapshots of it within
 * limits, feeds a gauge. Its timer does not keep the process alive. It never throws once it has started: what goes wrong
 * is in the alert, or a warning of the process.
 *
 * An alert that goes on is told again after `coolDown`. Growth is counted from the heap at the start (or after
 * `warmUp`), and from each alert anew.
 *
 * @example <caption>above 500 MB, looked at every five minutes</caption>
 * watchMemory({ heapUsedAbove: 500 * 1024 * 1024, every: '5min', snapshot: true });
 *
 * @example <caption>grown by half</caption>
 * watchMemory({ growthAbove: 0.5, every: '2min', snapshot: true, onAlert: ({ message }) => console.warn(message) });
 *
 * @example <caption>figures for a dashboard</caption>
 * watchMemory({ every: '30s', gauge: (name, value) => metrics.gauge(name, value) });
 */
export function watchMemory(options: WatchOptions): MemoryWatch;

export interface WatchOptions {
  /** Alert when more bytes of heap are in use. */
  heapUsedAbove?: number;
  /** Alert when more bytes are resident. */
  rssAbove?: number;
  /** Alert when the heap in use has grown by more than this share: `0.5` or `"50%"`. */
  growthAbove?: number | string;
  /** Milliseconds, or a text such as `"30s"`, `"5min"`, `"1h"`. Default: a minute. */
  every?: number | string;
  /** How long growth does not count, as for `every`. Default: 0. */
  warmUp?: number | string;
  /** Between two snapshots, and between two alerts about one line; as for `every`. Default: ten minutes. */
  coolDown?: number | string;
  /** Take a snapshot with an alert: `true`, or the options for it. Default: `false`. */
  snapshot?: boolean | Omit<CaptureOptions, 'signal' | 'threadId' | 'overwrite'>;
  /** How many snapshots there may be in 24 hours. Default: 5. */
  maxSnapshots?: number;
  /** Is told of every alert, when its snapshot is taken. Default: a warning of the process. */
  onAlert?: (alert: MemoryAlert) => unknown;
  /** Gets every figure of the ledger at each look, as `nodejs.memory.rss`, `nodejs.memory.heap_used` and so on. */
  gauge?: (name: string, value: number) => unknown;
  /** Also {@link snapshotNearHeapLimit}. Default: `false`. */
  nearHeapLimit?: boolean | { count?: number; force?: boolean };
  /** Stops it. */
  signal?: AbortSignal;
}

export interface MemoryWatch {
  /** Stops it; more than once is fine. */
  stop(): void;
  /** Looks at once; gives the alerts that this raised. */
  check(): Promise<MemoryAlert[]>;
  /** Bytes of heap in use that growth is counted from; `null` while warming up. */
  readonly baseline: number | null;
}

export interface MemoryAlert {
  kind: 'heapUsed' | 'rss' | 'growth';
  /** All of it in one sentence. */
  message: string;
  /** Bytes. */
  value: number;
  /** Bytes. */
  threshold: number;
  /** With `growth`: bytes of heap in use that it was counted from. */
  baseline?: number;
  /** With `growth`: by which share it grew. */
  growth?: number;
  memory: MemoryLedger;
  /** The snapshot that was taken. */
  snapshot?: CaptureAnswer;
  /** Why there is none, where there should be: too soon after another, too many in a day, or it failed. */
  snapshotSkipped?: 'coolDown' | 'limit' | 'failed';
  snapshotError?: unknown;
}

/** Where the memory of this process is, now. */
export function memoryLedger(): MemoryLedger;

/** All in bytes. `rss` is the sum of `heapTotal`, `external`, `malloced`, `mappedFiles` and `unexplained`. */
export interface MemoryLedger {
  /** Resident memory of the whole process, with all its threads. */
  rss: number;
  heapUsed: number;
  /** What V8 has reserved for the heap of this thread. Parts of it may not be resident. */
  heapTotal: number;
  /** Where V8 gives up. */
  heapLimit: number;
  /** Memory outside of the heap that objects in it keep. */
  external: number;
  /** The part of `external` in buffers. */
  arrayBuffers: number;
  /** What V8 has allocated for itself outside of the heap. */
  malloced: number;
  /** Pages of the program and of libraries. Only Linux says; `null` elsewhere, and then they are in `unexplained`. */
  mappedFiles: number | null;
  /**
   * What remains: fragmentation, native add-ons, stacks, heaps of other threads. Below 0 where reserved heap is not
   * resident.
   */
  unexplained: number;
}

/**
 * The ledger for prom-client: a gauge `nodejs_memory_bytes` with the label `kind`, read when it is scraped. The package
 * prom-client is yours: it is found by its name, or given as `client`.
 */
export function promMetrics(options?: { client?: any; register?: any; name?: string }): { stop(): void };

/**
 * The ledger for OpenTelemetry: an observable gauge `nodejs.memory.usage` in bytes with the attribute
 * `nodejs.memory.kind`. The package `@opentelemetry/api` is yours: it is found by its name, or given as `api`, or just
 * the `meter`.
 */
export function otelMetrics(options?: { api?: any; meter?: any; name?: string }): { stop(): void };

/**
 * Has V8 write up to `count` snapshots (default 1) when this process runs into its heap limit, usually as its last act.
 * That can need ten times the limit in memory beside it; where it is not there this rejects with `ERR_HEAP_CAPTURE`,
 * unless `force`. The files go to the working directory, or where `--diagnostic-dir` says, under names of Node's own;
 * {@link adoptNodeSnapshots} takes them over at the next start. It cannot be turned off again.
 */
export function snapshotNearHeapLimit(options?: {
  count?: number;
  force?: boolean;
}): Promise<{ count: number; directory: string }>;

/** What the long-running functions have in common. */
export interface TaskOptions {
  /** How many threads the engine may use, 1 to 256. Default: one per core. */
  threads?: number;
  /**
   * Keeps what was found out about a snapshot file in an index, so that the next question about it takes milliseconds:
   * beside the file as `F.heapindex` (`true`), or in a directory. It holds what the snapshot holds and takes about as
   * much space; it is readable by its owner only, and may be deleted at any time. Default: `false`.
   */
  cache?: boolean | string | URL;
  /**
   * Stops the work. The promise then rejects with `signal.reason`, as soon as the engine has really stopped; a
   * call that still waits for its turn, or a signal that is already aborted, rejects at once.
   */
  signal?: AbortSignal;
  /**
   * Is told how far the work is, some dozen times. What it throws stops the work, and the promise rejects with it.
   */
  onProgress?: (progress: Progress) => unknown;
}

export interface Progress {
  /** A word for what is being done, e.g. `"nodes"`, `"strings"`, `"dominators"`. For people: words may change. */
  phase: string;
  /** How much of the whole job is done, 0 to 1. Never falls. */
  fraction: number;
}

export interface AnalyzeOptions extends TaskOptions {
  /** How many rows `classes` and `biggest` have at most. Default: 25. */
  top?: number;
  /** All rows in `classes`, `packages` and `modules`, whatever `top` says. */
  all?: boolean;
  /**
   * What else to say, each at some cost: `hints` (`findings`: what may leak), `packages` (`packages`, `modules`: whose
   * the bytes are), `duplicates` (`duplicateStrings`), `map` (where the memory is, as nested boxes). Default: none of them.
   */
  sections?: 'all' | ReadonlyArray<'hints' | 'packages' | 'duplicates' | 'map'>;
  /** For hints: see {@link FindLeaksOptions.sourceMaps}. */
  sourceMaps?: string | URL;
}

export interface CompareOptions extends TaskOptions {
  /** How many rows there are at most. Default: all. */
  top?: number;
  /** All rows, whatever `top` says. */
  all?: boolean;
  /**
   * Whether to look for the holders of what grew. Default: `true`. Without it the answer has no `growth` and comes
   * sooner.
   */
  growth?: boolean;
}

export interface InspectOptions extends TaskOptions {
  /** How many rows each list has at most. The answer says how many there are. Default: 100. */
  limit?: number;
  /** How many UTF-16 units of a string `value.text` has at most. Default: 10,000. */
  textLimit?: number;
  /** How many ways from the roots to look for, 1 to 100; two at least are looked for, to count holders. Default: 3. */
  paths?: number;
  /** Also hidden, weak and shortcut references, and the root's own. Default: `false`. */
  hidden?: boolean;
  /** Paths edge by edge as the file has them: V8's side tables and long lists are not folded. Default: `false`. */
  rawPaths?: boolean;
}

/** Snapshots of one process in the order in which they were taken, by name or as a list of 2 to 255. */
export type SnapshotSeries =
  | {
      /** After warming up. */
      baseline: SnapshotInput;
      /** After load. */
      target: SnapshotInput;
      /** After more load, or after a rest; see {@link FindLeaksOptions.finalAfter}. */
      final?: SnapshotInput | undefined;
      snapshots?: undefined;
    }
  | {
      snapshots: readonly SnapshotInput[];
      baseline?: undefined;
      target?: undefined;
      final?: undefined;
    };

export interface FindLeaksOptions extends TaskOptions {
  /** Entries that must come in an interval to count as growth. Default: 5. */
  minGrowth?: number;
  /**
   * What came before the last snapshot: `"load"`, as before the others, or `"rest"`, a time without load in which
   * caches should have drained. Default: `"load"`.
   */
  finalAfter?: 'load' | 'rest';
  /**
   * Findings that are known and accepted: fingerprints, or the entries of a file of accepted leaks. They are
   * marked as `known`, and do not count for the verdict.
   */
  ignore?: ReadonlyArray<string | AcceptedLeak>;
  /** Also list every class with new objects, whether they belong to a finding or not. Default: `false`. */
  traceAllObjects?: boolean;
  /**
   * Folder with the source maps of bundles, named `<bundle>.map`. Maps that are inline or beside their bundle are found
   * without it.
   */
  sourceMaps?: string | URL;
}

/** An entry of a file of accepted leaks, `{ "accepted": [ … ] }`. */
export interface AcceptedLeak {
  fingerprint: string;
  /** What was found, for people. */
  sentence?: string;
  /** Since when it is accepted. */
  since?: string;
  /** Why it is. */
  why?: string;
}

export interface CaptureOptions {
  /** Replace what stands at `path`. A symlink there is replaced itself, not what it leads to. Default: `false`. */
  overwrite?: boolean;
  /** Capture even though memory or disk are estimated to be too small. Default: `false`. */
  force?: boolean;
  /** Gives up. V8 itself cannot be interrupted: the promise rejects with `signal.reason` right after the pause. */
  signal?: AbortSignal;
  /**
   * Record numbers too, where a property holds one. Default: `false`: on a mixed heap it makes snapshot and pause
   * about a quarter larger. Needs Node.js 20.
   */
  exposeNumericValues?: boolean;
  /**
   * Record V8's own objects in more detail. Sizes are then not attributed to their owners. Default: `false`.
   * Needs Node.js 20.
   */
  exposeInternals?: boolean;
  /** Why; kept in `meta`, and in the name when the name is ours. */
  reason?: string;
  /** Where names of ours are made, instead of in `HEAP_SNAPSHOT_DIR`; made if missing. Not together with a `path`. */
  directory?: string | URL;
  /**
   * How V8 is asked: `"direct"` by `v8.writeHeapSnapshot`, the cheapest; `"inspector"` by a session of
   * `node:inspector`. The files are alike. Default: `"direct"`.
   */
  way?: 'direct' | 'inspector';
  /**
   * Pack the file, after the pause and on a thread of its own: `"gzip"`, or `"zstd"`, which is three times as quick
   * and packs better. All of heap-analyzer reads both; Chrome DevTools reads neither. Default: what the end of `path`
   * says (`.gz`, `.zst`), else `false`.
   */
  compress?: 'gzip' | 'zstd' | false;
  /**
   * When another capture of this isolate is under way: `"wait"` for it and take the next; `"share"` it, and answer
   * with its file and its `meta` (`shared: true`), if it was asked for with the same options; `"refuse"` with `ERR_HEAP_BUSY`.
   * Default: `"wait"` with a `path`, `"share"` without.
   */
  whenBusy?: 'wait' | 'share' | 'refuse';
  /**
   * Refuse with `ERR_HEAP_BUSY` (and `retryAfterMs`) when the last capture of this isolate ended less than so many
   * milliseconds ago. Default: 0.
   */
  coolDownMs?: number;
  /**
   * How many snapshots with names of ours may be in the directory: afterwards the oldest of them are deleted, with
   * their sidecars. Nothing else is ever deleted, and never the new one. Default: no limit. Not together with a `path`.
   */
  maxFiles?: number;
  /** The same by their sizes together, in bytes. A snapshot that alone would be larger is refused. */
  maxBytes?: number;
  /**
   * Is told of the finished file, for example to ship it away: containers lose their disks. The promise waits for it.
   * What it throws is a warning of the process and not a failure: the file is there.
   */
  onSnapshot?: (file: string, answer: CaptureAnswer) => unknown;
  /**
   * Which isolate of this process: 0 is the main thread, others are workers (`worker.threadId`). Only that thread
   * stands still. Default: the calling thread.
   */
  threadId?: number;
}

export interface RedactOptions {
  /**
   * Replace the keys of properties too, but for `__proto__`, `constructor` and `prototype`: for heaps in which objects
   * serve as maps with keys that tell something. Default: `false`.
   */
  propertyKeys?: boolean;
  /**
   * 16 or more bytes from which the made-up texts come: with the same ones, texts are replaced alike in several files.
   * Whoever has them can try which text fits. Default: random, the same for all copies that this process makes.
   */
  secret?: string | Uint8Array;
  /** Pack the copy. Default: what the end of `output` says (`.gz`, `.zst`), else `false`. */
  compress?: 'gzip' | 'zstd' | false;
  /** Replace what stands at `output`. Default: `false`. */
  overwrite?: boolean;
  /** Stops the work; nothing is left then. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => unknown;
}

/** What {@link redactSnapshot} wrote. */
export interface RedactAnswer {
  /** Absolute. */
  path: string;
  sizeBytes: number;
  /** Of the file as it is, in hexadecimal. */
  sha256: string;
  nodeCount: number;
  edgeCount: number;
  /** Texts that were replaced. */
  replacedCount: number;
  compression?: 'gzip' | 'zstd';
}

/** What every answer about snapshots carries. The same document is printed by `heap-analyzer … --json`. */
export interface Answer {
  /** The version of this form. Fields may be added to it, but are not renamed. */
  schemaVersion: 1;
  tool: Tool;
  /** The snapshots that the answer is about, in the order in which they were given. */
  snapshots: SnapshotInfo[];
}

export interface Tool {
  name: 'heap-analyzer';
  version: string;
}

export interface SnapshotInfo {
  /** The path as it was given. Absent for bytes, and for the snapshot that `analyze()` takes itself. */
  path?: string;
  /** Size of the file (or of the bytes), not of the heap. */
  sizeBytes: number;
  nodeCount: number;
  edgeCount: number;
}

export interface AnalyzeAnswer extends Answer {
  totals: Totals;
  statistics: Statistics;
  /** How many classes there are, also those that `classes` leaves out. */
  classCount: number;
  /** Classes, those that retain most first. */
  classes: ClassRow[];
  /** The objects that retain most, each without those that it retains itself. */
  biggest: BiggestObject[];
  /** What may leak, what holds most first, at most 10. One snapshot shows what there is and not what grows. Only with the section `hints`. */
  findings?: Hint[];
  /** How many packages there are, also those that `packages` leaves out. Only with the section `packages`. */
  packageCount?: number;
  /** Whose the bytes are, by package, those that retain most first. Only with the section `packages`. */
  packages?: PackageRow[];
  /** How many source files there are, also those that `modules` leaves out. Only with the section `packages`. */
  moduleCount?: number;
  /** Whose the bytes are, by source file, those that retain most first. Only with the section `packages`. */
  modules?: ModuleRow[];
  /** How many texts are there several times, also those that are left out. Only with the section `duplicates`. */
  duplicateStringCount?: number;
  /** Bytes that all but one of each of those take. Only with the section `duplicates`. */
  duplicateStringBytes?: number;
  /** Strings that are there several times, those that waste most first. Only with the section `duplicates`. */
  duplicateStrings?: DuplicateString[];
  /** Where the memory is: the heap as nested boxes. Only with the section `map`. */
  map?: MapBox;
}

/**
 * A box of the memory map. The heap has packages in it, a package source files, a file classes, a class holders: the
 * uppermost objects of the file, without the scopes and functions that only link them together. Every byte is in one box of
 * each level.
 */
export interface MapBox {
  /**
   * Of a package and a file as in {@link PackageRow} and {@link ModuleRow}; of a class; of a holder what the program calls it,
   * such as `sessions`, or its own name. Empty for the heap and for what stands for `others`.
   */
  name: string;
  /** Shallow sizes of all that is in it: those of the boxes in it together. */
  size: number;
  /** Objects with a shallow size above zero. */
  count: number;
  /** Of a holder: its object id. */
  id?: number;
  /** Of a holder: what would be freed with it, also what belongs to other files. */
  retainedSize?: number;
  /** It stands for so many boxes that are too small to be told. */
  others?: number;
  /** What is in it, biggest first, what stands for others last. */
  children?: MapBox[];
}

/** What belongs to a package: see `docs/figures.md`. */
export interface PackageRow {
  /** The package's name; `(application)`, `(Node.js)`, or `(unknown)` for what nothing tells of. */
  name: string;
  /** The shallow sizes of what belongs to it. All rows together are the heap. */
  selfSize: number;
  /** What would be freed with all of that; nothing is counted twice. */
  retainedSize: number;
  count: number;
}

/** What belongs to a source file. */
export interface ModuleRow extends PackageRow {
  /** The file as the snapshot names it; `(native)` for Node's own part in C++, `(unknown)`. */
  name: string;
  /** Its package, named as in {@link PackageRow.name}. */
  package: string;
}

/** A string that is there several times. */
export interface DuplicateString {
  /** Its text, cut at 200 characters. */
  value: string;
  count: number;
  /** Shallow size of one, of the largest where they differ. */
  sizeBytes: number;
  /** What all but one take. */
  wastedBytes: number;
  /** V8 wrote only their first 1,024 units, which are equal, and they are of one size: equal in all likelihood. */
  probable?: true;
  /** What most of them hang on, e.g. `User.country`; at most 3. */
  heldBy: Array<{ name: string; count: number }>;
  /** Object ids of some of them. */
  samples: number[];
}

/** Something there is much of, in the shape of a {@link Finding}. Whether it grows, a second snapshot tells. */
export interface Hint extends Pick<
  Finding,
  | 'pattern'
  | 'title'
  | 'sentence'
  | 'holder'
  | 'allocatedIn'
  | 'addedIn'
  | 'evidence'
  | 'retainers'
  | 'path'
  | 'samples'
  | 'advice'
  | 'docs'
> {
  grade: 'hint';
  entries: {
    count: number;
    /** The class of most of them. */
    kind: string;
  };
  bytes: {
    /** What is held, also what something else keeps too. */
    retained: number;
    /** The part of it outside of V8's heap. */
    external: number;
  };
}

/** The size of a heap. */
export interface Totals {
  /** All self sizes, and what V8 counts outside of objects: the heap in all. */
  selfSize: number;
  /** The part inside of V8's heap. */
  v8Heap: number;
  /** The part outside of it: memory of native objects, such as the contents of buffers. */
  native: number;
  /** The part of `native` that is the contents of array buffers and external strings. */
  externalBytes: number;
}

/** The composition of a heap, as in the *Statistics* view of Chrome DevTools. */
export interface Statistics {
  total: number;
  native: {
    total: number;
    /** Contents of typed arrays and buffers. */
    typedArrays: number;
  };
  v8heap: {
    total: number;
    /** Compiled code, bytecode and what belongs to it. */
    code: number;
    /** Arrays with their elements. */
    jsArrays: number;
    strings: number;
    /** What V8 keeps for itself. */
    system: number;
  };
}

/** One row of the class table. */
export interface ClassRow {
  /** As displayed, e.g. `Session`, `(string)`, or `{id, user, …}` for plain objects of one shape. */
  name: string;
  /** Identifies the class across snapshots: two classes of one name from two places in the source differ in it. */
  key: string;
  count: number;
  selfSize: number;
  /** What would be freed with all of them; nothing is counted twice. */
  retainedSize: number;
  /** The fewest references from the root to one of them; large (100,000,000 and more) or negative for internals. */
  distance: number;
}

export interface BiggestObject {
  node: NodeInfo;
  retainedSize: number;
  /** How the root reaches it, over the fewest references. */
  path: Hop[];
}

/** An object of the heap. */
export interface NodeRef {
  /** V8's id: the number after `@` in Chrome DevTools. The same object has the same id in later snapshots. */
  id: number;
  name: string;
  /** The displayed name of its class. */
  class: string;
}

export interface NodeInfo extends NodeRef {
  /** V8's type of the node: `object`, `closure`, `string`, `array`, `native`, … */
  type: string;
  selfSize: number;
  distance: number;
}

/** One reference on a path, with the object it leads to. */
export interface Hop {
  edge: {
    /** Name of the property or variable, index of the element. */
    name: string;
    kind: 'context' | 'element' | 'property' | 'internal' | 'hidden' | 'shortcut' | 'weak';
  };
  node: NodeRef;
  /** The function that it leads to. Only in answers of {@link inspectObject}. */
  place?: Place;
  /**
   * How many steps over references of one name, through objects of one class, it stands for: those of a long list.
   * `node` is the last. Only in answers of {@link inspectObject}.
   */
  repeats?: number;
  /** The hop for people. */
  text: string;
}

export interface CompareAnswer extends Answer {
  totals: {
    base: Totals;
    target: Totals;
    /** Target minus base. */
    delta: Totals;
  };
  /** How many rows there are, also those that `rows` leaves out. */
  rowCount: number;
  /** Classes with objects that were added or removed, those that grew most first. */
  rows: CompareRow[];
  /** The classes that grew most, and who holds what was added. Absent with `growth: false`. */
  growth?: GrowthRow[];
}

export interface CompareRow {
  name: string;
  /** See {@link ClassRow.key}. */
  key: string;
  addedCount: number;
  removedCount: number;
  /** Added minus removed. */
  countDelta: number;
  addedSize: number;
  removedSize: number;
  /** Added minus removed. Objects that stand in both snapshots do not count, whatever became of their size. */
  sizeDelta: number;
}

export interface GrowthRow {
  name: string;
  key: string;
  sizeDelta: number;
  countDelta: number;
  /**
   * The nearest object that stands in both snapshots and dominates most of what was added: without it, they would
   * be gone. `null` when there is none.
   */
  holder: NodeInfo | null;
  /** How the root reaches the holder, over the fewest references (the last 256 of them). Absent without a holder. */
  path?: Hop[];
  /** How many of the added objects it holds. */
  heldCount: number;
  /** Their shallow sizes together. */
  heldSize: number;
}

export interface FindLeaksAnswer extends Answer {
  /** The worst grade of all findings that are not `known`; `"clean"` when there is none that counts. */
  verdict: 'leak' | 'likely' | 'growth' | 'clean';
  /**
   * Whether anything can be said at all. `false` when the snapshots are in the wrong order: then there are no findings,
   * `warnings` says why, and `verdict: 'clean'` means nothing. Snapshots of different processes are compared by name,
   * which `warnings` says too; then no finding is more than `growth`.
   */
  conclusive: boolean;
  /** By what the snapshots were compared: by name where they are of different processes. */
  comparedBy: 'id' | 'name';
  /** Findings, those that are surest and cost most first. */
  findings: Finding[];
  /** What came after the first snapshot and belongs to no finding. */
  noise: { count: number; bytes: number; groups: NoiseGroup[] };
  /** What to know of the snapshots before trusting the verdict, such as that they are of two processes. */
  warnings?: string[];
  /** The memory of the process. Absent unless every snapshot has a sidecar with its figures. */
  resident?: ResidentMemory;
  /** Accepted leaks that were not found any more. Absent without {@link FindLeaksOptions.ignore}. */
  fixed?: AcceptedLeak[];
  /**
   * Every class with objects that came after the first snapshot and are there in the last, those with most bytes
   * first. Absent without {@link FindLeaksOptions.traceAllObjects}.
   */
  groups?: SurvivingGroup[];
}

/** New objects of one class that belong to no finding; the classes with most bytes, at most 20. */
export interface NoiseGroup {
  name: string;
  count: number;
  bytes: number;
}

/**
 * What the process as a whole did, from the sidecars (`F.meta.json`) that captures write. A verdict of its own, beside
 * the one on the heap: a process is killed for its resident memory, and that may grow while V8's heap does not.
 */
export interface ResidentMemory {
  /**
   * `steady`: resident memory did not grow by a tenth and 16 MiB. `in-heap`: it did, and at least half of that is V8's
   * heap. `outside-heap`: it did, the heap does not explain it, and it went on after the second snapshot. `unclear`:
   * all of it came in the first interval, where it may be left over from taking the first snapshot, which needs a lot.
   */
  verdict: 'steady' | 'in-heap' | 'outside-heap' | 'unclear';
  sentence: string;
  perSnapshot: ProcessMemory[];
  /** Last minus first. */
  delta: ProcessMemory;
}

/** Memory of a process in bytes. */
export interface ProcessMemory {
  /** Resident. */
  rss: number;
  /** Of that, what V8 has for its heap, and what of it is in use. */
  heapTotal: number;
  heapUsed: number;
  /** Memory of native objects that JavaScript objects own; array buffers are a part of it. */
  external: number;
  arrayBuffers: number;
  /** What is neither heap nor external: native modules, leftovers of the allocator. Never below 0. */
  unexplained: number;
}

export interface SurvivingGroup extends CompareRow {
  /** Who keeps most of them; see {@link GrowthRow.holder}. Only for the classes that grew most. */
  holder?: NodeInfo;
}

/**
 * How sure a finding is.
 *
 * | grade | means |
 * |---|---|
 * | `leak` | grew in every one of several intervals under load, and what came stayed |
 * | `likely` | grew strongly between two snapshots, or did not come back in a rest |
 * | `growth` | grew; may be a cache that fills to its bound |
 * | `drained` | grew and came back |
 */
export type Grade = 'leak' | 'likely' | 'growth' | 'drained';

/** Kinds of mistakes; each has a page in docs/patterns. More may be added. */
export type PatternId =
  | 'closure-context'
  | 'db-pool'
  | 'detached-dom'
  | 'event-listeners'
  | 'external-memory'
  | 'global-cache'
  | 'module-cache'
  | 'pending-promises'
  | 'streams-handles'
  | 'string-retention'
  | 'timers'
  | 'weak-misuse'
  | 'worker-messaging';

/** Something that grows, who holds it, and how sure that is. */
export interface Finding {
  /** The same for the same mistake in the next run and after an unrelated edit. */
  fingerprint: string;
  grade: Grade;
  pattern: PatternId;
  /** The kind of mistake in a few words. */
  title: string;
  /** All of it in one sentence. */
  sentence: string;
  holder: Holder;
  entries: {
    /** How many there were in each snapshot. */
    perSnapshot: number[];
    /** How many came in each interval. */
    perInterval: number[];
    /** The class of most of them. */
    kind: string;
  };
  bytes: {
    /** What came after the first snapshot and is held. */
    retained: number;
    /** The part of it outside of V8's heap. */
    external: number;
    /** For one entry. */
    perEntry: number;
    /** In each interval. */
    perInterval: number[];
  };
  /** Where the entries come from: their constructor, or the function of the program that they were made for. */
  allocatedIn?: { place: Place };
  /** The line that adds entries, where the source of the holder's declaration can be read and has exactly one. */
  addedIn?: { place: Place };
  /** What the grade rests on, line by line. */
  evidence: string[];
  retainers: {
    /**
     * Ways to an entry that have nothing in common, this holder's among them: 1 when it keeps most of the growth
     * alone. No more than 4 are looked for.
     */
    independent: number;
    /** Bytes that are freed when this holder alone lets go. */
    cutFrees: number;
    /** What else keeps the entries, by the program's names where it has them. Absent where nothing does. */
    others?: string[];
  };
  /** How the root reaches the holder, over the fewest references (the last 256 of them). */
  path: Hop[];
  /** Some of the newest entries. */
  samples: NodeInfo[];
  /** What to do. */
  advice: string;
  /** The page about this kind of mistake, relative to the package's repository. */
  docs: string;
  /** Whether it is among the accepted ones. Absent without {@link FindLeaksOptions.ignore}. */
  status?: 'new' | 'known';
  /** The entry by which it is known. */
  accepted?: AcceptedLeak;
}

/** The object that keeps what grows. */
export interface Holder extends NodeRef {
  /** What the program calls it, e.g. `sessions` or `store.items`. */
  variable?: string;
  /** Where that is declared. */
  place?: Place;
  /** How many holders there are, when several of one kind grow together. */
  count?: number;
}

/** A place in source. Lines and columns count from 1, as editors do. */
export interface Place {
  /** An absolute path, a URL, or a name such as `node:events`. */
  file: string;
  /** Absent where only the file is known. */
  line?: number;
  column?: number;
  /** The function it is in, or that it is. */
  function?: string;
  /** The package the file belongs to, for files under `node_modules`: `name@version`, or `name` alone. */
  package?: string;
  /** Where the running code is, when a source map told the place above. */
  generated?: { file: string; line?: number; column?: number };
}

export interface InspectAnswer extends Answer {
  node: InspectedNode;
  /** What it is, how big, and who holds it. */
  sentence: string;
  holders: Holders;
  /**
   * Ways from the roots to it, one for each independent holder, short ones first; at most
   * {@link InspectOptions.paths}, never over weak references. They share what is up to `holders.shared` and nothing
   * after it; nothing at all when there is no such object. Each has the last 256 hops at most.
   */
  paths: Hop[][];
  /** The nearest object that all ways to it pass. Absent for the root. */
  dominator?: SizedNode;
  /** The dominator, its dominator, and so on to the root. */
  dominators: SizedNode[];
  /** How many there are, also those that `dominators` leaves out; so too with the other counts. */
  dominatorCount: number;
  /** What it refers to: first what the program named, then elements, then what V8 links for itself. */
  properties: Property[];
  propertyCount: number;
  /** What refers to it, in the order of Chrome DevTools: those nearest to the roots first. */
  retainers: Retainer[];
  retainerCount: number;
  /** What it keeps alive. */
  dominated: Dominated;
  /**
   * The functions that were running when it was allocated, the innermost first. Absent when the snapshot was not taken
   * while allocations were tracked, and for what was there before that began.
   */
  allocation?: AllocationFrame[];
}

/** An object with what it retains. */
export interface SizedNode extends NodeInfo {
  retainedSize: number;
}

/** The object that was asked for. */
export interface InspectedNode extends SizedNode {
  /** Its position in the snapshot, from 0. */
  ordinal: number;
  /** Whether a DOM node hangs on a document; `unknown` for everything else. */
  detachedness: 'unknown' | 'attached' | 'detached';
  /**
   * Entries of a Map or Set, elements of an array, as far as they are in the snapshot: it has no small integers unless
   * numeric values were recorded.
   */
  entries?: number;
  /** Of a function where it stands, of an instance where its class does. */
  place?: Place;
  /** What the program calls it, and the scope that declares the first part of that. */
  variable?: { name: string; place?: Place };
  /** For strings, numbers, booleans, `undefined`, `null`, symbols and regular expressions the snapshot has it of. */
  value?: Value;
}

/** A value that is no object. */
export interface Value {
  type: 'string' | 'number' | 'bigint' | 'boolean' | 'undefined' | 'null' | 'symbol' | 'regexp';
  /** All of it, or the beginning when it is `truncated`. Of a symbol its description, of a RegExp its source. */
  text: string;
  /** The length of a string in UTF-16 units, as far as the snapshot has its text. Absent with `sliceOf`. */
  length?: number;
  /** Whether `text` is only the beginning of what the snapshot has. Absent when it is not. */
  truncated?: true;
  /**
   * From how many of a string's parts V8 left text out: it writes the first 1,024 units of each. The program's string
   * is then longer than `length`. Absent when nothing is missing.
   */
  cutParts?: number;
  /** The id of the string that it, or one of its parts, is a slice of. `text` then shows all of that. */
  sliceOf?: number;
}

/** How many hold an object, and what would free it. */
export interface Holders {
  /**
   * How many ways to it there are that have no object in common but where they begin: at the roots, or at `shared`.
   * 1: one reference holds it, and cutting it frees it; 2 and more: cutting one of them frees nothing; 0: nothing
   * holds it any more.
   */
  independent: number;
  /** There may be more than `independent`; no more were looked for. Absent when all were found. */
  orMore?: true;
  /** Where several ways part that all come from one object, such as the global one: the last that all pass. */
  shared?: NodeRef;
  /** The nearest single reference of the program that frees it. Absent when there is none. */
  cut?: {
    edge: Hop['edge'];
    from: NodeRef;
    /** The object itself, or one above it that is freed with it. */
    to: NodeRef;
    /** The reference for people. */
    text: string;
    /** Bytes that cutting it frees: the retained size of `to`. */
    frees: number;
    /**
     * A way on which V8 or Node keeps it nevertheless. Retained sizes leave such ways out, as in Chrome DevTools, when
     * the program reaches the object too; then cutting may free less than `frees`. Absent when there is none.
     */
    besides?: Hop[];
  };
}

/** A reference from an object. */
export interface Property {
  /** Name of the property or variable, index of the element. */
  name: string;
  kind: Hop['edge']['kind'];
  node: SizedNode;
}

/** A reference to an object. */
export interface Retainer extends Property {
  /** The fewest references from the root to where it comes from. */
  distance: number;
}

/** What an object keeps alive: all that it dominates but itself. */
export interface Dominated {
  count: number;
  selfSize: number;
  /** By class, those with most bytes first. */
  classes: Array<{ name: string; key: string; count: number; selfSize: number }>;
  classCount: number;
}

/** A function on an allocation stack. */
export interface AllocationFrame {
  /** Absent for functions without a name. */
  function?: string;
  /** Absent for what is built in. */
  file?: string;
  /** Where the function begins. */
  line?: number;
  column?: number;
  /** See {@link Place.package}. */
  package?: string;
}

/** What {@link takeHeapSnapshot} did. */
export interface CaptureAnswer {
  /** Absolute. */
  path: string;
  /** Of the file as it is, packed or not. */
  sizeBytes: number;
  /** Of the file as it is, in hexadecimal. */
  sha256: string;
  /**
   * How long the event loop of the captured thread stood still. Of another thread: how long it took to come, which
   * is a little more.
   */
  pauseMs: number;
  nodeCount: number;
  /** What was captured: this process (with its id), or another thread of it (with the id of the thread). */
  source: { kind: 'process' | 'thread'; target: number };
  meta: CaptureMeta;
  /** How the file is packed. Absent when it is not. */
  compression?: 'gzip' | 'zstd';
  /** `true` when the file was made for another caller; see {@link CaptureOptions.whenBusy}. */
  shared?: true;
  /** Snapshots that were deleted because of `maxFiles` or `maxBytes`. Absent when there are none. */
  removed?: string[];
}

/**
 * The circumstances of a capture. The file `<path>.meta.json` beside every snapshot (mode 0600) holds them too,
 * together with `schemaVersion`, `tool`, `snapshot` (the name of the file), `sizeBytes`, `sha256`, `nodeCount`,
 * `pauseMs`, `source` and `compression`.
 */
export interface CaptureMeta {
  /** ISO 8601. */
  capturedAt: string;
  pid: number;
  /** When the process started, ISO 8601. */
  startedAt: string;
  /** The same for two snapshots exactly when they are of one run of one process. */
  processKey: string;
  /** 0 is the main thread. */
  threadId: number;
  /** Of a worker, where it has one and it is known. */
  threadName?: string;
  nodeVersion: string;
  v8Version: string;
  /**
   * `process.memoryUsage()` just before, in bytes. `rss` is of the whole process, the others are of the isolate.
   */
  memoryUsage: { rss: number; heapTotal: number; heapUsed: number; external: number; arrayBuffers: number };
  reason?: string;
  options: { exposeNumericValues: boolean; exposeInternals: boolean; way: 'direct' | 'inspector' };
}

/** What a capture is expected to cost, and whether there is room for it. Estimates hold within about 30 %. */
export interface PreflightReport {
  /** Estimated. */
  nodes: number;
  /** Estimated: how long the event loop would stand still. */
  pauseMs: number;
  /** Estimated: memory needed beside the heap, in bytes. */
  memoryBytes: number;
  /** Estimated: size of the file, not packed. */
  fileBytes: number;
  /** Measured. */
  heapUsed: number;
  /** What is left, of which limit, whose; `null` where that cannot be known. */
  memory: { bytes: number; limit: number | null; where: string } | null;
  /** Free bytes on the disk; `null` where that cannot be known. */
  diskBytes: number | null;
  /** A sentence with the numbers when the capture would be refused. */
  refusal: string | null;
  /** A sentence when it might not fit. */
  warning: string | null;
}

/**
 * The one class of errors. `message` is a sentence for people, `code` is for programs:
 *
 * | code | means |
 * |---|---|
 * | `ERR_HEAP_USAGE` | an argument or option is not what it should be |
 * | `ERR_HEAP_NO_OBJECT` | the snapshot has no object of this id |
 * | `ERR_HEAP_CLOSED` | the snapshot that is asked was closed |
 * | `ERR_HEAP_NOT_FOUND` | there is no such file or directory |
 * | `ERR_HEAP_IS_DIRECTORY` | a directory stands where a file should be |
 * | `ERR_HEAP_PERMISSION` | the system does not let this process read or write there |
 * | `ERR_HEAP_EXISTS` | the file to be written exists already |
 * | `ERR_HEAP_EMPTY` | the file has no bytes |
 * | `ERR_HEAP_TRUNCATED` | the snapshot ends too early |
 * | `ERR_HEAP_NOT_SNAPSHOT` | the file is something else |
 * | `ERR_HEAP_MALFORMED` | the snapshot contradicts itself or its format |
 * | `ERR_HEAP_TOO_LARGE` | the snapshot has more nodes, edges or bytes than the engine can count |
 * | `ERR_HEAP_NO_MEMORY` | the analysis would not fit into memory |
 * | `ERR_HEAP_IO` | reading or writing failed, e.g. on a full disk; a snapshot was written to while it was read |
 * | `ERR_HEAP_CAPTURE` | the snapshot was refused beforehand (see `force`; `preflight` has the numbers), or V8 did not write it whole |
 * | `ERR_HEAP_BUSY` | another capture is under way, or was a moment ago; see `retryAfterMs` |
 * | `ERR_HEAP_UNSUPPORTED` | this platform or version of Node.js cannot do that |
 * | `ERR_HEAP_REMOTE` | another process, or its endpoint, did not answer as it should |
 * | `ERR_HEAP_UNAUTHORIZED` | the endpoint does not let this caller in (status 401) |
 * | `ERR_HEAP_FORBIDDEN` | the endpoint does not answer to pages of others, or from elsewhere (status 403) |
 * | `ERR_HEAP_LEAK` | {@link assertNoLeaks} found a leak |
 * | `ERR_HEAP_TIMEOUT` | {@link assertNoLeaks} was not done in its time |
 * | `ERR_HEAP_CANCELLED` | interrupted (on the command line; functions reject with the signal's reason) |
 * | `ERR_HEAP_NO_ADDON` | the native part is missing for this platform, or was not built |
 * | `ERR_HEAP_NO_VIEWER` | the page of reports and the viewer was not built |
 * | `ERR_HEAP_INTERNAL` | a bug in heap-analyzer |
 *
 * @example
 * try {
 *   await analyze('heap.heapsnapshot');
 * } catch (error) {
 *   if (error.code === 'ERR_HEAP_TRUNCATED') console.error(`cut off at byte ${error.offset}`);
 *   else throw error;
 * }
 */
export class HeapAnalyzerError extends Error {
  constructor(code: ErrorCode, message: string, details?: { offset?: number; cause?: unknown });
  readonly name: 'HeapAnalyzerError';
  readonly code: ErrorCode;
  /** The byte of the snapshot at which the trouble was seen, where there is one. */
  readonly offset?: number;
  /** With `ERR_HEAP_BUSY`: after how many milliseconds it is worth another try, where that is known. */
  readonly retryAfterMs?: number;
  /** With `ERR_HEAP_CAPTURE`: the numbers, when the capture was refused beforehand. */
  readonly preflight?: PreflightReport;
  readonly cause?: unknown;
}

export type ErrorCode =
  | 'ERR_HEAP_USAGE'
  | 'ERR_HEAP_NO_OBJECT'
  | 'ERR_HEAP_CLOSED'
  | 'ERR_HEAP_NOT_FOUND'
  | 'ERR_HEAP_IS_DIRECTORY'
  | 'ERR_HEAP_PERMISSION'
  | 'ERR_HEAP_EXISTS'
  | 'ERR_HEAP_EMPTY'
  | 'ERR_HEAP_TRUNCATED'
  | 'ERR_HEAP_NOT_SNAPSHOT'
  | 'ERR_HEAP_MALFORMED'
  | 'ERR_HEAP_TOO_LARGE'
  | 'ERR_HEAP_NO_MEMORY'
  | 'ERR_HEAP_IO'
  | 'ERR_HEAP_CAPTURE'
  | 'ERR_HEAP_BUSY'
  | 'ERR_HEAP_UNSUPPORTED'
  | 'ERR_HEAP_REMOTE'
  | 'ERR_HEAP_UNAUTHORIZED'
  | 'ERR_HEAP_FORBIDDEN'
  | 'ERR_HEAP_LEAK'
  | 'ERR_HEAP_TIMEOUT'
  | 'ERR_HEAP_CANCELLED'
  | 'ERR_HEAP_NO_ADDON'
  | 'ERR_HEAP_NO_VIEWER'
  | 'ERR_HEAP_INTERNAL';
