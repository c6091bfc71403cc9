'use strict';
// Global variables that the program made, and what they keep alive: node globals.js heap.heapsnapshot

const { openSnapshot } = require('heap-analyzer');

/** What every Node.js program has; in a browser use a list of what its window has. */
const BUILT_IN = new Set(
  Object.getOwnPropertyNames(globalThis).flatMap((name) => [name, `get ${name}`, `set ${name}`]),
);

async function globals(file, { top = 50, ...options } = {}) {
  const snapshot = await openSnapshot(file, options);
  const found = [];
  for (const root of snapshot.roots()) {
    for (const { kind, name, to } of root.edges()) {
      if (kind === 'property' && !BUILT_IN.has(name) && !/^(<symbol|__proto__$)/.test(name)) {
        found.push({ name, id: to.id, class: to.class, retainedSize: to.retainedSize });
      }
    }
  }
  snapshot.close();
  return found.sort((a, b) => b.retainedSize - a.retainedSize).slice(0, top);
}

module.exports = { globals };
if (require.main === module) globals(process.argv[2]).then(console.table);
