// @ts-check
'use strict';

/**
 * A leak answer in which every text that comes from a heap or a file is markup in some language.
 */

/** Each must be shown as it is, but for characters that are no text. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '</code></pre><b>bold</b>',
  'a|b||c',
  '\\|d',
  '`tick` ``two`` ```three',
  '```',
  '[click](https://evil.example)',
  '![x](https://evil.example/x.png)',
  'https://evil.example/?a=b&c=d',
  'www.evil.example',
  'mail@evil.example',
  '@octocat and #1 and GH-1',
  ':tada: $x^2$ ~~gone~~ **strong** __init__ *em*',
  '&lt;b&gt; &amp; &#64;octocat',
  '<!-- comment -->',
  ']]><!CDATA[',
  'one\u0007two\u001b[31mred\u0000',
  'left\u202eright',
  '%0A::error file=x::y',
  'a "quoted" \'name\'',
];

/**
 * @param {number} [count] of findings
 */
function hostileAnswer(count = HOSTILE.length) {
  const nameOf = (/** @type {number} */ index) => HOSTILE[index % HOSTILE.length];
  return {
    schemaVersion: 1,
    tool: { name: 'heap-analyzer', version: '2.0.0' },
    snapshots: HOSTILE.slice(0, 3).map((name) => ({ path: name, sizeBytes: 1, nodeCount: 2, edgeCount: 3 })),
    verdict: 'leak',
    conclusive: true,
    comparedBy: 'id',
    warnings: [`the warning ${HOSTILE[0]}`],
    findings: Array.from({ length: count }, (_, index) => findingCalled(nameOf(index), index)),
    noise: { count: 3, bytes: 100, groups: [] },
    fixed: [{ fingerprint: 'timers-00000000', sentence: `it was ${HOSTILE[3]}` }],
    groups: HOSTILE.map((name) => ({ name, key: name, addedCount: 1, addedSize: 10, holder: node(name, 9) })),
  };
}

/**
 * @param {string} name
 * @param {number} index
 */
function findingCalled(name, index) {
  const place = { file: `${process.cwd()}/src/${name}.js`, line: 3 + index, column: 7, function: name };
  return {
    fingerprint: `global-cache-${String(index).padStart(12, '0')}`,
    grade: index % 2 === 0 ? 'leak' : 'likely',
    pattern: 'global-cache',
    title: 'A collection that is never emptied',
    sentence: `Map "${name}" in src/${name}.js:3 grew 1 → 2 → 3 entries of ${name} (+1.0 kB, 500 B each)`,
    holder: { ...node('Map', 5), variable: name, place },
    entries: { perSnapshot: [1, 2, 3], perInterval: [1, 1], kind: name },
    bytes: { retained: 1000, external: 0, perEntry: 500, perInterval: [500, 500] },
    allocatedIn: { place },
    addedIn: { place },
    evidence: [name, `\`${name}\` lives as long as the program`],
    retainers: { independent: 1, cutFrees: 1000 },
    path: [name, name].map((text) => ({ edge: { name: text, kind: 'property' }, node: node(text, 7), text })),
    samples: [node(name, 11)],
    advice: `Bound it: ${name}`,
    docs: 'docs/patterns/global-cache.md',
  };
}

/**
 * @param {string} name
 * @param {number} id
 */
const node = (name, id) => ({ id, name, class: name });

module.exports = { HOSTILE, hostileAnswer };
