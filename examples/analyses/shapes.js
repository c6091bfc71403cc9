'use strict';
// Shapes of plain objects, and what all objects of each keep alive: node shapes.js heap.heapsnapshot

const { openSnapshot } = require('heap-analyzer');

async function shapes(file, { top = 50, ...options } = {}) {
  const snapshot = await openSnapshot(file, { prepare: false, ...options });
  const classes = await snapshot.classes();
  snapshot.close();
  return classes.filter(({ name }) => name.startsWith('{')).slice(0, top);
}

module.exports = { shapes };
if (require.main === module) shapes(process.argv[2]).then(console.table);
