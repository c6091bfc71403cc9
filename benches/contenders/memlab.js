// @ts-check
/** memlab, to the point where its analyses begin: the heap loaded, with dominators and retained sizes. */
'use strict';

const path = require('node:path');

// Named by a path, so that types are checked without its packages too.
const packages = path.join(__dirname, '..', 'node_modules');
const { getFullHeapFromFile } = require(path.join(packages, '@memlab', 'heap-analysis'));

async function main() {
  const heap = await getFullHeapFromFile(process.argv[2]);
  let retained = 0;
  heap.nodes.forEach((/** @type {any} */ node) => {
    retained = Math.max(retained, node.retainedSize);
  });
  if (!(retained > 0)) throw new Error('memlab computed no retained sizes');
  console.log(heap.nodes.length, retained);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
