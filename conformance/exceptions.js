// @ts-check
// Where we are right and DevTools is not, by name. An exception holds for a snapshot only if the mended DevTools
// (mends.js) agrees with the engine in everything, and if everything that the mends changed is the work of a bug
// that is listed here. So nothing else can hide behind a name.
'use strict';

/** @typedef {import('./compare').Difference} Difference */

/**
 * @typedef {object} Exception
 * @property {string} name also the name of its mend
 * @property {string} explanation
 * @property {(change: Difference, plain: any, mended: any) => boolean} causes whether this bug alone makes DevTools
 *   say `expected` where it would say `actual`; `plain` and `mended` are its full results
 */

const WRAP = 2 ** 32;
const ROW_SIZES = new Set(['selfSize', 'retainedSize', 'addedSize', 'removedSize', 'sizeDelta']);
const ROW_FIGURES = new Set([
  ...ROW_SIZES,
  'count',
  'distance',
  'addedCount',
  'removedCount',
  'countDelta',
  'row',
]);

/** @type {Exception[]} */
const EXCEPTIONS = [
  {
    name: 'merged-rows',
    explanation:
      'Classes are told apart by the place of their name in the string table, but shown under the name. Where two ' +
      'places hold one name (an object whose constructor is called Function, beside all closures), DevTools keeps ' +
      'the row of the last and drops the others. We add them up.',
    causes: ({ kind, field, key }, plain) =>
      (kind === 'class' || kind === 'row') && ROW_FIGURES.has(field) && plain.sharedKeys.includes(key),
  },
  {
    name: 'wide-sizes',
    explanation: 'Self sizes are kept in 32 bits, so that 5 GiB are shown as 1 GiB. We keep 64.',
    causes: ({ kind, field, expected, actual }, plain, mended) => {
      if (kind === 'node' && field === 'selfSizes') return actual >= WRAP && expected === actual % WRAP;
      const size = ROW_SIZES.has(field) || field === 'retainedSizes' || kind === 'statistic';
      return size && isWide(mended) && expected !== actual && (actual - expected) % WRAP === 0;
    },
  },
  {
    name: 'element-index',
    explanation:
      'V8 from Node 24 on writes the element index 4294967294 as -2; DevTools skips the sign and reads 2.',
    causes: ({ kind, expected }, plain, mended) => {
      const asRead = /** @type {RegExpExecArray | null} */ (
        /^(@\d+ -(?:element|hidden) )(\d+)(-> @\d+)$/.exec(expected)
      );
      return (
        kind === 'edge' &&
        asRead !== null &&
        mended.edges.has(`${asRead[1]}${WRAP - Number(asRead[2])}${asRead[3]}`)
      );
    },
  },
  {
    name: 'trace-count',
    explanation:
      'While allocations are recorded, trace_function_count is older than the trace infos that follow. DevTools reads ' +
      'only so many and then misses one that the trace tree names: it cannot load the file. We read what is there.',
    causes: ({ kind, expected }) => kind === 'failure' && /reading 'addTraceTopNode'/.test(expected),
  },
  {
    name: 'base-names',
    explanation:
      "A row that only the base of a comparison has is found under the target's interface, but shown under the name " +
      'of one of its objects after the base has got its own interfaces back. We show the name that the key says.',
    causes: ({ kind, field, key, actual }, plain) =>
      kind === 'row' &&
      field === 'name' &&
      plain.baseOnlyKeys.includes(key) &&
      String(key).endsWith(`,${actual}`),
  },
  {
    name: 'root-elsewhere',
    explanation:
      'Plain objects get their interfaces in a walk over the nodes that begins at the root. Those before it are left ' +
      'out where the root is not the first. We begin at the first.',
    causes: ({ kind, field, key = '', expected, actual }, plain) => {
      if (!(plain.rootElsewhere || plain.root > 0)) return false;
      if (kind === 'node')
        return field.startsWith('class') && /\bObject$/.test(expected) && /\{.*\}$/s.test(actual);
      return (kind === 'class' || kind === 'row') && /,(?:Object|\{.*\})$/s.test(key);
    },
  },
  {
    name: 'lone-surrogates',
    explanation:
      'V8 cuts characters beyond the first plane to 16 bits, which leaves halves of characters in names. DevTools ' +
      'shows them as they are; no valid text can hold them, so we show the replacement character.',
    causes: ({ kind, field, key = '', expected, actual }) =>
      kind === 'node'
        ? /^class|^name$/.test(field) && expected.toWellFormed() === actual
        : (kind === 'class' || kind === 'row') &&
          /^row$|^name$/.test(field) &&
          key.toWellFormed().includes('\uFFFD'),
  },
];

/** @param {any} result */
const isWide = (result) =>
  Boolean(result.wide) || result.selfSizes?.some((/** @type {number} */ size) => size >= WRAP);

/**
 * Which exceptions account for what the mends changed.
 * @param {Difference[]} changes from DevTools as it is to DevTools mended
 * @param {any} plain
 * @param {any} mended
 * @returns {{ counts: Map<string, number>, unexplained: Difference[] }}
 */
function attribute(changes, plain, mended) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  const unexplained = changes.filter((change) => {
    const cause = EXCEPTIONS.find(({ causes }) => causes(change, plain, mended));
    if (cause) counts.set(cause.name, (counts.get(cause.name) ?? 0) + 1);
    return !cause;
  });
  return { counts, unexplained };
}

module.exports = { EXCEPTIONS, attribute };
