/**
 * The heap as objects: `openSnapshot()` and what it gives. A part of index.d.ts, where units are explained.
 */

import type {
  ClassRow,
  CompareAnswer,
  DuplicateString,
  Hint,
  Hop,
  InspectAnswer,
  InspectOptions,
  ModuleRow,
  PackageRow,
  Place,
  SizedNode,
  SnapshotInput,
  Statistics,
  TaskOptions,
  Totals,
  Value,
} from '../../index.js';

/**
 * Opens a snapshot to be walked over, filtered and asked, again and again.
 *
 * Reading it and computing its facts (retained sizes, dominators, distances, classes) happens on other threads; what is
 * then one look at a figure, a name or an edge is there at once, and what goes over the whole heap is a promise. The
 * heap stays in memory outside of V8's heap, about 65 bytes a node and 13 an edge, and the columns that are touched beside it, until `close()`.
 *
 * @example
 * const snapshot = await openSnapshot('heap.heapsnapshot');
 * for (const node of snapshot.nodes({ class: 'Session', minRetained: 1_000_000 })) {
 *   console.log(node.id, node.retainedSize, node.get('user.name')?.value);
 * }
 * snapshot.close();
 *
 * @example <caption>every node, by columns</caption>
 * const { selfSizes, types } = snapshot.columns;
 * const bytes = new Float64Array(snapshot.typeNames.length);
 * for (let i = 0; i < snapshot.nodeCount; i++) bytes[types[i]] += selfSizes[i];
 */
export function openSnapshot(input: SnapshotInput, options?: OpenOptions): Promise<HeapSnapshot>;

/** {@link openSnapshot}. `cache` uses and makes the index of the snapshot, as in other functions. */
export interface OpenOptions extends TaskOptions {
  /**
   * Compute all facts while opening. With `false` the promise is there sooner, and each fact is computed when it is first
   * asked for: by a getter on the spot, which stops the event loop meanwhile, or beforehand by `ready()`. Default: `true`.
   */
  prepare?: boolean;
}

/** How a question that takes its time is watched and stopped. */
export type Watched = Pick<TaskOptions, 'signal' | 'onProgress'>;

/** A question whose answer is a list of at most `top` rows. */
export interface Listed extends Watched {
  top?: number;
}

/** A node, its id (`123`, `"@123"`). A node of another snapshot is `ERR_HEAP_USAGE`. */
export type NodeOrId = HeapNode | number | string;

/**
 * Which nodes are wanted. All that is given must hold.
 *
 * A string is the whole text, a regular expression is searched for in it.
 */
export interface NodeFilter {
  /** Name of the class, as in class tables. */
  class?: string | RegExp;
  /** V8's types, see `typeNames`: `"object"`, `["string", "concatenated string"]`. */
  type?: string | readonly string[];
  /** The name as DevTools shows it; of a string its text. */
  name?: string | RegExp;
  /** Has a property of this name. */
  property?: string | RegExp;
  /** Least shallow size, in bytes. */
  minSelf?: number;
  /** Least retained size, in bytes. */
  minRetained?: number;
  /** Greatest retained size, in bytes. */
  maxRetained?: number;
  /** Least number of references that leave it, V8's own among them; of a Map or Set, those of its table. */
  minReferences?: number;
  /** Made after the object of this id, more or less: V8 counts ids up, in the order in which it first sees objects. */
  newerThan?: number;
  /** DOM nodes that are out of every document (`true`), or everything else (`false`). */
  detached?: boolean;
  /** The last word on each node that passed all others. */
  where?: (node: HeapNode) => unknown;
}

/**
 * A snapshot that stays open, until `close()`.
 *
 * It belongs to the thread that opened it; posting it to a worker is a `DataCloneError`, and
 * of a node only the `ordinal` arrives. Columns can
 * be sent. After `close()` everything but `path`, the counts and columns that were taken before throws `ERR_HEAP_CLOSED`; questions that were under way are answered.
 */
export class HeapSnapshot {
  private constructor();
  /** The file; absent for bytes. */
  readonly path: string | undefined;
  /** Bytes of the file as given, compressed if it was. */
  readonly sizeBytes: number;
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** Whether `close()` was called. */
  readonly closed: boolean;
  /** Gives the memory back. A second call does nothing. */
  readonly close: () => void;
  [Symbol.dispose](): void;

  /** Every figure as typed arrays by ordinal. */
  readonly columns: HeapColumns;
  /** V8's names of node types, by the numbers in `columns.types`. */
  readonly typeNames: string[];
  /** V8's names of edge types, by the numbers in `columns.edgeKinds`. */
  readonly edgeKindNames: string[];
  /** Names of classes, by the numbers in `columns.classes`. */
  readonly classNames: string[];
  /** Keys of classes, as {@link ClassRow.key}, by the numbers in `columns.classes`. */
  readonly classKeys: string[];
  /** A string of the snapshot's table, by the numbers in `columns.names` and `columns.edgeNames`. */
  string(index: number): string;

  /** The root of all. */
  readonly root: HeapNode;
  /** The node with an id. Throws `ERR_HEAP_NO_OBJECT`, with the nearest ids there are, when there is none. */
  node(id: number | string): HeapNode;
  /** Whether there is a node of this id. */
  has(id: number | string): boolean;
  /** The node at a position, 0 to `nodeCount - 1`. */
  nodeAt(ordinal: number): HeapNode;
  /** All nodes, or those that pass, in the order of the snapshot. */
  nodes(filter?: NodeFilter): IterableIterator<HeapNode>;
  /** Where the program's objects begin: global objects and, in a browser, documents. */
  roots(): HeapNode[];
  /** The nearest node that everything alive in it depends on, that node's, and so on to the root. */
  dominators(of: NodeOrId): HeapNode[];

  /** Resolves when all facts are computed; see {@link OpenOptions.prepare}. */
  ready(options?: Watched): Promise<void>;
  /** The class table, biggest retained size first. */
  classes(options?: Watched): Promise<ClassRow[]>;
  /** Totals and the coarse parts, as DevTools' statistics. */
  statistics(options?: Watched): Promise<{ totals: Totals; statistics: Statistics }>;
  /** Strings that are there several times, what wastes most first; `top` of them (default: 100). */
  duplicateStrings(options?: Listed): Promise<DuplicateStringsAnswer>;
  /** Whose the bytes are, by package and by source file; `top` rows of each (default: all). */
  packages(options?: Listed): Promise<PackagesAnswer>;
  /** What may be a leak, as {@link AnalyzeAnswer.findings}. */
  findings(options?: Watched & { sourceMaps?: string | URL }): Promise<Hint[]>;
  /**
   * What there is to say of the nodes that pass a filter, of these, or of all; `top` classes and objects (default: 100),
   * the objects with most of what they are ordered `by` (default: retained size; references as in `minReferences`).
   */
  objects(
    of?: NodeFilter | Iterable<NodeOrId>,
    options?: Listed & { by?: 'retainedSize' | 'selfSize' | 'references' },
  ): Promise<ObjectsAnswer>;
  /**
   * The nodes with most of what they are ordered `by`, of those that pass a filter, of these, or of all; `top` of them
   * (default: 100). A list and nothing of the others, so that it is there sooner than {@link HeapSnapshot.objects}.
   */
  largest(
    of?: NodeFilter | Iterable<NodeOrId>,
    options?: Listed & { by?: 'retainedSize' | 'selfSize' | 'references' },
  ): Promise<LargeObject[]>;
  /** What lives because of these alone: a search from the root that goes round them does not reach it. */
  retainedBy(
    keeper: 'detachedDom' | 'eventHandlers' | 'contexts' | 'console',
    options?: Listed,
  ): Promise<ObjectsAnswer>;
  /** Maps, Sets and arrays with 100 entries or more, those with most first; `top` of them (default: 100). */
  collections(options?: Listed): Promise<CollectionsAnswer>;
  /**
   * How large the collections with `least` entries or slots and more are (default: 100), as columns in the order of the
   * snapshot. Needs neither classes nor retained sizes, and so is there soonest.
   */
  collectionSizes(options?: Watched & { least?: number }): Promise<CollectionSizes>;
  /** Empty collections, and arrays with room for much more than is in them; `top` rows of each (default: 100). */
  waste(options?: Listed): Promise<WasteAnswer>;
  /**
   * Variables that a scope keeps although no living function that sees them reads them, as far as the source files that
   * the snapshot names tell; those that retain `minRetained` bytes or more (default: 10,000), `top` of them (default: 100).
   */
  captures(options?: { top?: number; minRetained?: number; signal?: AbortSignal }): Promise<CapturesAnswer>;
  /** All about one node, as `inspectObject()`. */
  inspect(of: NodeOrId, options?: Omit<InspectOptions, 'threads' | 'cache'>): Promise<InspectAnswer>;
  /** Ways from the roots to a node, that share nothing after what all of them pass; short ones first. */
  paths(of: NodeOrId, options?: PathsOptions): Promise<Hop[][]>;
  /** What changed since `base`, an earlier snapshot of the same process, as `compare(base, this)`. */
  diff(base: HeapSnapshot, options?: Watched & { top?: number; growth?: boolean }): Promise<CompareAnswer>;

  toJSON(): { path: string | undefined; sizeBytes: number; nodeCount: number; edgeCount: number };
}

/** Objects that have something in common. */
export interface ObjectsAnswer {
  count: number;
  /** Their shallow sizes together. */
  selfSize: number;
  /** What would be freed of what each of them keeps alive; what one keeps that another keeps is counted once. */
  retainedSize: number;
  classCount: number;
  /** By class, most bytes first; may be fewer than `classCount`. */
  classes: Array<Pick<ClassRow, 'name' | 'key' | 'count' | 'selfSize'>>;
  /** Those with most of what they are ordered by; `references` when it is those. */
  objects: Array<SizedNode & { references?: number }>;
}

/** An object of a list, as {@link SizedNode} without its distance; `references` when the list is ordered by them. */
export type LargeObject = Omit<SizedNode, 'distance'> & { references?: number };

/** Large collections, a row each; figures as in {@link CollectionsAnswer}. */
export interface CollectionSizes {
  ordinals: Uint32Array;
  ids: Uint32Array;
  entries: Float64Array;
  slots: Float64Array;
}

export interface CollectionsAnswer {
  /** How many have 100 entries or more. */
  count: number;
  collections: Array<{
    node: SizedNode;
    /** Entries that show: of arrays those that are no small numbers, which V8 writes nowhere. */
    entries: number;
    /** Slots of an array's store, whatever is in them; never fewer than the entries. */
    slots: number;
    /** Where it hangs, as code would write it: `User.tags`, `variable cache`, `Array[]`. Absent for what only V8 refers to. */
    heldBy?: string;
  }>;
}

export interface WasteAnswer {
  /** Maps, Sets, arrays and plain objects in which nothing is. */
  emptyCount: number;
  /** What they take with their stores. */
  emptyBytes: number;
  /** By kind and place, most bytes first. */
  empty: Array<{
    kind: 'Map' | 'Set' | 'Array' | 'Object';
    heldBy?: string;
    count: number;
    bytes: number;
    /** Ids of some. */
    samples: number[];
  }>;
  /** Arrays with four slots or more for each element that shows, and at least one that does. */
  sparseCount: number;
  /** Bytes of slots in which nothing shows: an upper bound, since numbers do not show. */
  sparseBytes: number;
  sparse: Array<{
    node: SizedNode;
    entries: number;
    slots: number;
    wastedBytes: number;
    heldBy?: string;
  }>;
}

export interface CapturesAnswer {
  captureCount: number;
  /** What they retain together. */
  captureBytes: number;
  /** Scopes of which nothing can be said: the text of a function is not at hand, or a function that runs sees it. */
  unknownCount: number;
  captures: Array<{
    /** `certain`: V8's own tables say so. `likely`: the text of every function that sees it was found, and its name stands in none. */
    grade: 'certain' | 'likely';
    /** Where it is known from that nobody reads it: V8's tables, the scripts' text in the snapshot, or files that are as they were. */
    readersFrom: 'scope-tables' | 'script-text' | 'source-files';
    /** Its name; `a or b` where it is not known which of them, and nobody reads either. */
    variable: string;
    /** Where the name is from: V8's reference, or for the variables of a block the scope info. */
    nameFrom: 'reference' | 'scope-info';
    /** Id of the scope that keeps it. */
    scope: number;
    /** Its value. */
    node: SizedNode;
    /** How many living functions see it. */
    closureCount: number;
    /** Three of their functions at most; without a line where the snapshot has none. */
    closures: Array<{ id: number; name: string; place?: Place }>;
  }>;
}

export interface PathsOptions extends Watched {
  /** How many ways at most, 1 to 1000. Default: 3. */
  limit?: number;
  /** Nodes that no way may pass: nodes, ids, or names of classes. */
  exclude?: NodeOrId | readonly NodeOrId[];
  /** Edge by edge as the file has them. Default: `false`, V8's side tables and long lists are folded. */
  raw?: boolean;
}

export interface DuplicateStringsAnswer {
  /** Texts that are there several times; `duplicateStrings` may have fewer. */
  duplicateStringCount: number;
  /** What all but one of each take, in all. */
  duplicateStringBytes: number;
  duplicateStrings: DuplicateString[];
}

export interface PackagesAnswer {
  packageCount: number;
  packages: PackageRow[];
  moduleCount: number;
  modules: ModuleRow[];
}

/**
 * Figures by node and by edge. A node's position in them is its `ordinal`, an edge's its `index`.
 *
 * Each is fetched from the engine when it is first touched, in one copy of its own, and is then the program's: it may be
 * written to and outlives `close()`. Whoever writes to one, or transfers its buffer, gets nonsense from the objects.
 */
export interface HeapColumns {
  /** By node: index in `typeNames`. */
  readonly types: Uint8Array;
  /** By node: raw name, for `string()`. Plain objects are all called `Object` there. */
  readonly names: Uint32Array;
  /** By node: V8's id. */
  readonly ids: Uint32Array;
  /** By node: shallow size in bytes, as DevTools shows it. */
  readonly selfSizes: Float64Array;
  /** By node: retained size in bytes. */
  readonly retainedSizes: Float64Array;
  /** By node: steps from the user's roots; 100,000,000 and more for what only V8 reaches, -5 for what nothing does. */
  readonly distances: Int32Array;
  /** By node: ordinal of its immediate dominator; the root's is the root. */
  readonly dominators: Uint32Array;
  /** By node: index in `classNames` and `classKeys`. */
  readonly classes: Uint32Array;
  /** By node: 0 no DOM node or not known, 1 attached, 2 detached. */
  readonly detachedness: Uint8Array;
  /** By node: index of its first edge; one entry more, the number of edges, at the end. */
  readonly firstEdges: Uint32Array;
  /** By edge: index in `edgeKindNames`. */
  readonly edgeKinds: Uint8Array;
  /** By edge: the name, for `string()`; of elements and hidden edges a number. */
  readonly edgeNames: Uint32Array;
  /** By edge: ordinal of the node it points to. */
  readonly edgeTargets: Uint32Array;
  /** By node: where its retainers begin in `retainerEdges`; one entry more at the end. */
  readonly firstRetainers: Uint32Array;
  /** Edges by the node they point to. */
  readonly retainerEdges: Uint32Array;
}

/** An object of the heap, or anything else that V8 counts as a node. Two of one node are equal in `id`, not in `===`. */
export class HeapNode {
  private constructor();
  readonly snapshot: HeapSnapshot;
  /** Position in the snapshot and in its columns, from 0. */
  readonly ordinal: number;
  /** V8's id, the same in all snapshots of a process. */
  readonly id: number;
  /** Name as DevTools shows it: of a string its text, of a plain object its shape. Text of the program: not to be trusted. */
  readonly name: string;
  /** Name of its class. */
  readonly class: string;
  /** Identity of its class across snapshots, as {@link ClassRow.key}. */
  readonly classKey: string;
  /** V8's type: `object`, `closure`, `string`, `array`, … */
  readonly type: string;
  readonly selfSize: number;
  readonly retainedSize: number;
  /** See {@link HeapColumns.distances}. */
  readonly distance: number;
  readonly detachedness: 'unknown' | 'attached' | 'detached';

  readonly edgeCount: number;
  /** What it refers to, in the order of the snapshot, V8's own references among them. */
  edges(): IterableIterator<HeapEdge>;
  readonly retainerCount: number;
  /** What refers to it, weak references among them. */
  retainers(): IterableIterator<HeapEdge>;
  /** The nearest node that everything alive in it depends on; `null` for the root. */
  readonly dominator: HeapNode | null;
  /** The nodes whose dominator it is. */
  dominated(): IterableIterator<HeapNode>;
  /** All that it keeps alive, itself first: their shallow sizes add up to its retained size. */
  subtree(): IterableIterator<HeapNode>;

  /** Where it hangs, as code would write it: `User.tags`, `variable cache`, `Array[]`. `undefined` for what only V8 refers to. */
  readonly heldBy: string | undefined;

  /** Where a property, an element or a variable of a scope leads. */
  property(name: string | number): HeapNode | undefined;
  /** Where a path of such names leads: `a.b[0]["x y"]`. */
  get(path: string): HeapNode | undefined;
  /**
   * The value of what stands for one: text of a string (at most 1,048,576 units; V8 writes 1024 of each of its parts), a number
   * where the snapshot has it, `true`, `false`, `null`; of symbols, bigints and regular expressions the text. `undefined`
   * for objects, and for what is not known.
   */
  readonly value: string | number | boolean | null | undefined;
  /** The same with its type, and what is known of its length; text up to `limit` UTF-16 units. */
  describeValue(options?: { limit?: number }): Value | undefined;
  /** Where a function, or the class of an instance, stands in the source. */
  readonly place: Place | undefined;

  toJSON(): SizedNode;
  toString(): string;
}

/** A reference. */
export class HeapEdge {
  private constructor();
  readonly snapshot: HeapSnapshot;
  /** Position among all edges of the snapshot, from 0. */
  readonly index: number;
  /** Name of the property or variable; a number for elements and for what V8 numbers. */
  readonly name: string | number;
  /** V8's type: `property`, `element`, `context` (a variable), `internal`, `hidden`, `shortcut`, `weak`. */
  readonly kind: string;
  readonly from: HeapNode;
  readonly to: HeapNode;
  toJSON(): { name: string; kind: string; from: number; to: number };
  toString(): string;
}
