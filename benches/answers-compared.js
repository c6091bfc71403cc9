// @ts-check
/**
 * Our six analyses against memlab's, row by row. A row that differs needs a reason, and a reason counts only when the
 * snapshot bears it out: applied to our figure it has to give memlab's, or DevTools' own figure decides.
 */
'use strict';

/** Types of which our object-size tells. */
const STRINGS = ['string', 'concatenated string', 'sliced string'];
const WORTH_A_LOOK = new Set(['object', 'closure', 'regexp', 'symbol', 'bigint', ...STRINGS]);
/** V8 writes the first 1024 units of a string. */
const WRITTEN_UNITS = 1024;

/** How rows compare: `same`, or why not; what has no reason is a fault. */
class Comparison {
  /** @param {string} analysis */
  constructor(analysis) {
    this.analysis = analysis;
    this.ours = 0;
    this.theirs = 0;
    this.same = 0;
    /** @type {Map<string, number>} */
    this.reasons = new Map();
    /** @type {string[]} */
    this.unexplained = [];
  }

  /** @param {string | undefined} reason @param {() => string} row */
  differs(reason, row) {
    if (reason === undefined) this.unexplained.push(row());
    else this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }
}

/**
 * @typedef {object} Subject
 * @property {import('..').HeapSnapshot} snapshot
 * @property {any} theirs what contenders/memlab-answers.js wrote
 * @property {Map<number, { retained: number, fanout: number }>} facts memlab's, by id
 * @property {Map<number, number>} devtools retained sizes, by id
 * @property {Map<string, number>} devtoolsCounts objects of a class, by its key
 */

/** @param {Subject} subject @param {any[]} ours */
function objectSize({ snapshot, theirs, facts, devtools }, ours) {
  const told = new Comparison('object-size');
  const mine = new Map(ours.map((row) => [row.id, row.retainedSize]));
  const list = new Set(theirs.objectSize);
  [told.ours, told.theirs] = [mine.size, list.size];
  const least = Math.min(...mine.values());
  const theirLeast = Math.min(
    ...theirs.objectSize.map((/** @type {number} */ id) => facts.get(id)?.retained),
  );
  for (const id of new Set([...mine.keys(), ...list])) {
    const node = snapshot.node(id);
    const [own, other, right] = [node.retainedSize, facts.get(id)?.retained ?? NaN, devtools.get(id)];
    const size = own === other ? undefined : 'retained size: ours is DevTools’, memlab’s is not';
    const row = () =>
      `@${id} ${node.type} ${node.name.slice(0, 40)}: ${own}, memlab ${other}, DevTools ${right}`;
    if (own !== right) told.differs(undefined, row);
    else if (mine.has(id) && list.has(id)) {
      if (size) told.differs(size, row);
      else told.same++;
    } else if (list.has(id)) {
      if (!WORTH_A_LOOK.has(node.type)) told.differs(`memlab lists ${node.type}`, row);
      else told.differs(own <= least ? 'beyond the end of our list' : undefined, row);
    } else told.differs(other <= theirLeast ? (size ?? 'beyond the end of memlab’s list') : undefined, row);
  }
  return told;
}

/** Whether memlab's and ours are DevTools', over all nodes. @param {Subject} subject */
function retainedSizes({ snapshot, facts, devtools }) {
  const counts = { nodes: 0, oursDiffer: 0, theirsDiffer: 0 };
  const { ids, retainedSizes: sizes } = snapshot.columns;
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    const right = devtools.get(ids[ordinal]);
    counts.nodes++;
    if (sizes[ordinal] !== right) counts.oursDiffer++;
    if (facts.get(ids[ordinal])?.retained !== right) counts.theirsDiffer++;
  }
  return counts;
}

/** @param {Subject} subject @param {any[]} ours */
function fanout({ snapshot, theirs, facts }, ours) {
  const told = new Comparison('fanout');
  const mine = new Map(ours.map((row) => [row.id, row.references]));
  const list = theirs.fanout.filter((/** @type {number} */ id) => (facts.get(id)?.fanout ?? 0) > 100);
  const least = Math.min(...list.map((/** @type {number} */ id) => facts.get(id)?.fanout));
  [told.ours, told.theirs] = [mine.size, list.length];
  for (const id of new Set([...mine.keys(), ...list])) {
    const node = snapshot.node(id);
    const other = facts.get(id)?.fanout ?? NaN;
    const row = () => `@${id} ${node.type} ${node.name.slice(0, 40)}: ${mine.get(id)}, memlab ${other}`;
    if (mine.get(id) === other && (list.includes(id) || other <= least)) told.same++;
    else if (list.includes(id) && node.type === 'object shape')
      told.differs('memlab lists object shapes', row);
    else told.differs(undefined, row);
  }
  return told;
}

/** @param {Subject} subject @param {{ bySize: any[] }} ours */
function strings({ snapshot, theirs, facts }, { bySize }) {
  const told = new Comparison('strings');
  const { types, names, ids } = snapshot.columns;
  const ofCode = new Set(theirs.stringsOfCode);
  // What there is, counted anew by text, from the columns.
  /** @type {Map<string, { flat: number, ofCode: number }>} */
  const texts = new Map();
  const textOf = (/** @type {number} */ ordinal) => snapshot.string(names[ordinal]);
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    if (snapshot.typeNames[types[ordinal]] !== 'string') continue;
    const text = texts.get(textOf(ordinal)) ?? { flat: 0, ofCode: 0 };
    texts.set(textOf(ordinal), text);
    text.flat++;
    if (ofCode.has(ids[ordinal])) text.ofCode++;
  }
  const recordOf = new Map();
  for (const record of theirs.strings) for (const id of record.ids) recordOf.set(id, record);
  const seen = new Set();
  [told.ours, told.theirs] = [bySize.length, theirs.strings.length];
  for (const { samples, count, wastedBytes, probable } of bySize) {
    const first = snapshot.node(samples[0]);
    const text = textOf(first.ordinal);
    const there = texts.get(text) ?? { flat: 0, ofCode: 0 };
    const record = samples.map((/** @type {number} */ id) => recordOf.get(id)).find(Boolean);
    if (record) seen.add(record);
    const nodes = (record?.ids ?? []).map((/** @type {number} */ id) => snapshot.node(id));
    const joined = nodes.filter((/** @type {any} */ node) => node.type !== 'string').length;
    const wasted =
      record &&
      record.size - Math.max(...record.ids.map((/** @type {number} */ id) => facts.get(id)?.retained));
    const row = () =>
      `${JSON.stringify(text.slice(0, 40))}: ${count} ×, ${wastedBytes}; memlab ${record?.n} ×, ${wasted}; there ${JSON.stringify(there)}, joined ${joined}`;
    const theirCount = record?.n ?? there.flat - there.ofCode;
    if (probable) {
      const whole = count === there.flat && record?.n === count;
      if (whole && wasted === wastedBytes) told.same++;
      else told.differs(count <= there.flat ? CUT : undefined, row);
    } else if (count !== there.flat) told.differs(undefined, row);
    else if (theirCount !== there.flat - there.ofCode + joined) told.differs(undefined, row);
    else if (record?.n === count && wasted === wastedBytes) told.same++;
    else if (there.ofCode > 0) told.differs(OF_CODE, row);
    else if (joined > 0) told.differs(JOINED, row);
    else told.differs(undefined, row);
  }
  for (const record of theirs.strings) {
    if (seen.has(record)) continue;
    const nodes = record.ids.map((/** @type {number} */ id) => snapshot.node(id));
    const row = () =>
      `only memlab: ${JSON.stringify(nodes[0].name.slice(0, 40))} ${record.n} ×, ${record.size}, ${nodes[0].type}`;
    const flat = nodes.filter((/** @type {any} */ node) => node.type === 'string');
    const largest = Math.max(...nodes.map((/** @type {any} */ node) => node.selfSize));
    if (record.size === largest) told.differs('ours leaves out texts that waste nothing', row);
    else if (flat.length < 2) told.differs(JOINED, row);
    else if (textOf(flat[0].ordinal).length >= WRITTEN_UNITS) told.differs(CUT, row);
    else told.differs(undefined, row);
  }
  return told;
}
const CUT = 'texts of 1024 characters and more: memlab takes their beginnings for the whole';
const OF_CODE = 'memlab leaves out strings that only code keeps';
const JOINED = 'memlab counts concatenated strings by the text of their parts';

/** @param {Subject} subject @param {any[]} ours */
function shapes({ snapshot, theirs, devtoolsCounts }, ours) {
  const told = new Comparison('shapes');
  const { classes, ids } = snapshot.columns;
  /** @type {Map<string, number[]>} */
  const members = new Map(ours.map(({ key }) => [key, []]));
  const isOurs = snapshot.classKeys.map((key) => members.get(key));
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) isOurs[classes[ordinal]]?.push(ids[ordinal]);
  const groupOf = new Map();
  for (const group of theirs.shapes) for (const id of group.ids) groupOf.set(id, group);
  const plain = theirs.shapes.filter((/** @type {any} */ { shape }) => shape.startsWith('Object {'));
  [told.ours, told.theirs] = [ours.length, theirs.shapes.length];
  const plainCount = plain.reduce(
    (/** @type {number} */ sum, /** @type {any} */ { ids: all }) => sum + all.length,
    0,
  );
  const fewest = Math.max(1, plainCount / 1000);
  const matched = new Set();
  for (const { key, name, count } of ours) {
    const own = members.get(key) ?? [];
    const groups = new Set(own.map((id) => groupOf.get(id)));
    const row = () =>
      `${name.slice(0, 60)}: ${count} ×, memlab ${[...groups].map((group) => `${group?.shape.slice(0, 50)} ${group?.ids.length} ×`).slice(0, 3)}`;
    const [group] = groups;
    for (const one of groups) matched.add(one);
    if (count !== own.length || count !== devtoolsCounts.get(key)) told.differs(undefined, row);
    else if (groups.size === 1 && group?.ids.length === count) told.same++;
    else told.differs(groups.has(undefined) ? undefined : INTERFACES, row);
  }
  for (const group of theirs.shapes) {
    if (matched.has(group)) continue;
    const row = () => `only memlab: ${group.shape.slice(0, 60)} ${group.ids.length} ×`;
    if (!plain.includes(group)) {
      told.differs('memlab’s list has classes and strings too; ours is of plain objects', row);
      continue;
    }
    const isFew = group.ids.length <= fewest || /^Object \{ [\d, ]*\}$/.test(group.shape);
    const isPlain = group.ids.every((/** @type {number} */ id) => snapshot.node(id).class === 'Object');
    told.differs(isPlain && isFew ? FEW : undefined, row);
  }
  return told;
}
const INTERFACES =
  'a class of plain objects is DevTools’: all that have its properties; memlab’s is the exact list';
const FEW =
  'DevTools has no class of its own for a shape of few objects (one, or a thousandth of all plain ones) or with nothing but elements';

const RUNTIMES =
  'what the browser put there and memlab’s list of built-in names has not: native functions, accessors, symbols';
const NODES = new Set(
  Object.getOwnPropertyNames(globalThis).flatMap((name) => [name, `get ${name}`, `set ${name}`]),
);

/** Of native code by what the snapshot says: no place in a script, or a template of V8. @param {string} name @param {import('..').HeapNode} to */
const isBuiltIn = (name, to) =>
  NODES.has(name) || to.name.startsWith('system / ') || (to.type === 'closure' && to.place === undefined);

/** @param {Subject} subject @param {any[]} ours */
function globals({ snapshot, theirs }, ours) {
  const told = new Comparison('globals');
  const mine = new Set(ours.map(({ name, id }) => `${name} ${id}`));
  const list = new Set(theirs.globals.map((/** @type {any} */ [, name, id]) => `${name} ${id}`));
  [told.ours, told.theirs] = [ours.length, theirs.globals.length];
  const builtIn = new Set(theirs.builtIn);
  for (const [from, name, id] of theirs.globals) {
    const edges = [...snapshot.node(from).edges()].filter(
      (edge) => edge.to.id === id && String(edge.name) === name,
    );
    const row = () =>
      `only memlab: ${snapshot.node(from).name.slice(0, 40)} ${name} @${id} ${edges.map(({ kind }) => kind)} ${snapshot.node(id).name.slice(0, 40)}`;
    if (mine.has(`${name} ${id}`)) told.same++;
    else if (edges.every(({ kind }) => kind !== 'property'))
      told.differs('memlab lists V8’s own references of the window', row);
    else if (/^(<symbol|__proto__$)/.test(name) || isBuiltIn(name, snapshot.node(id)))
      told.differs(RUNTIMES, row);
    else told.differs(undefined, row);
  }
  const hasWindow = [...snapshot.nodes({ name: /^Window / })].length > 0;
  for (const { name, id } of ours) {
    if (list.has(`${name} ${id}`)) continue;
    const type = snapshot.node(id).type;
    const row = () => `only ours: ${name} @${id} ${type}`;
    if (!hasWindow) told.differs('memlab looks for a `Window`, which Node.js has not', row);
    else if (builtIn.has(name)) told.differs('on memlab’s list of what a window has', row);
    else if (['hidden', 'array', 'number'].includes(type)) told.differs(`memlab leaves out ${type}`, row);
    else told.differs(undefined, row);
  }
  return told;
}

/**
 * Collections that grow over a series.
 * @param {any[]} theirs
 * @param {any[]} ours
 */
function unboundCollections(theirs, ours) {
  const told = new Comparison('unbound-collections');
  const mine = new Map(ours.map((row) => [row.id, row]));
  const list = new Set(theirs.map(({ id }) => id));
  [told.ours, told.theirs] = [ours.length, theirs.length];
  for (const { id, name, history } of theirs) {
    const own = mine.get(id);
    const row = () => `${name} @${id}: ${own?.entries}, memlab ${history}`;
    // A table refers to its keys and values that are no small numbers, and to its map.
    const fits = (/** @type {number | null} */ entries, /** @type {number} */ references) =>
      entries === null ? references <= 200 : references > entries && references <= 2 * entries + 1;
    const grows = history.every(
      (/** @type {number} */ n, /** @type {number} */ i) => i === 0 || n > history[i - 1],
    );
    if (
      own &&
      grows &&
      history.every((/** @type {number} */ n, /** @type {number} */ i) => fits(own.entries[i], n))
    )
      told.same++;
    else if (!own && !grows)
      told.differs('memlab lists what changed, also what shrank; ours grows each time', row);
    else if (!own && history.at(-1) <= 200) told.differs('fewer than 100 entries in the end', row);
    else told.differs(undefined, row);
  }
  for (const { id, class: name, entries } of ours) {
    if (list.has(id)) continue;
    const row = () => `only ours: ${name} @${id}: ${entries}`;
    told.differs(/^(Weak)?(Map|Set)$/.test(name) ? undefined : 'memlab looks at no arrays', row);
  }
  return told;
}

module.exports = {
  Comparison,
  fanout,
  globals,
  objectSize,
  retainedSizes,
  shapes,
  strings,
  unboundCollections,
};
