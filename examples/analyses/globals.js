'use strict';
// Global variables that the program made, and what they keep alive: node globals.js heap.heapsnapshot

const { openSnapshot } = require('heap-analyzer');

/** What every Node.js program has, and most of it every page. */
const BUILT_IN = new Set(
  Object.getOwnPropertyNames(globalThis).flatMap((name) => [name, `get ${name}`, `set ${name}`]),
);
const isNative = (name, to) =>
  to.name.startsWith('system / ') || (to.type === 'closure' && to.name === name && !to.place);

async function globals(file, { top = 50, ...options } = {}) {
  const snapshot = await openSnapshot(file, { prepare: false, ...options });
  const globalObjects = new Map(snapshot.roots().map((root) => [root.id, root]));
  // A page's hang on the contexts of its scripts.
  const contexts = snapshot.nodes({ type: ['hidden', 'native'], name: /^system \/ NativeContext/ });
  for (const context of contexts) {
    for (const { name, to } of context.edges()) if (name === 'global_object') globalObjects.set(to.id, to);
  }
  const found = [...globalObjects.values()]
    .flatMap((one) => [...one.edges()])
    .filter(
      ({ kind, name }) => kind === 'property' && !BUILT_IN.has(name) && !/^(<symbol|__proto__$)/.test(name),
    )
    .filter(({ name, to }) => !isNative(name, to));
  const values = await snapshot.largest(new Set(found.map(({ to }) => to.id)), { top: found.length });
  const sized = new Map(values.map((value) => [value.id, value]));
  const told = found.map(({ name, to: { id } }) => {
    const { class: className, retainedSize } = sized.get(id);
    return { name, id, class: className, retainedSize };
  });
  snapshot.close();
  return told.sort((a, b) => b.retainedSize - a.retainedSize).slice(0, top);
}

module.exports = { globals };
if (require.main === module) globals(process.argv[2]).then(console.table);
