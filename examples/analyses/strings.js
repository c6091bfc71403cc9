'use strict';
// Strings that are there several times, by what they waste and by their number: node strings.js heap.heapsnapshot

const { openSnapshot } = require('heap-analyzer');

async function strings(file, { top = 15, ...options } = {}) {
  const snapshot = await openSnapshot(file, { prepare: false, ...options });
  const { duplicateStrings } = await snapshot.duplicateStrings({ top: 1e9 });
  snapshot.close();
  return {
    bySize: duplicateStrings.slice(0, top),
    byCount: duplicateStrings.sort((a, b) => b.count - a.count).slice(0, top),
  };
}

module.exports = { strings };
if (require.main === module) strings(process.argv[2]).then((told) => console.dir(told, { depth: 3 }));
