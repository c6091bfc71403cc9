'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { exitCodeFor } = require('../../cli/exit');

test('every declared code has its exit code', () => {
  const expected = {
    2: [
      'EMPTY',
      'TRUNCATED',
      'NOT_SNAPSHOT',
      'MALFORMED',
      'NOT_FOUND',
      'IS_DIRECTORY',
      'PERMISSION',
      'USAGE',
      'EXISTS',
      'NO_OBJECT',
    ],
    3: [
      'IO',
      'NO_MEMORY',
      'TOO_LARGE',
      'INTERNAL',
      'NO_ADDON',
      'NO_VIEWER',
      'CAPTURE',
      // Of assertNoLeaks() alone; on the command line they would be a failure like others.
      'LEAK',
      'TIMEOUT',
      'CLOSED',
      'BUSY',
      'FORBIDDEN',
      'REMOTE',
      'UNAUTHORIZED',
      'UNSUPPORTED',
    ],
    130: ['CANCELLED'],
  };
  const seen = new Set();
  for (const [exitCode, names] of Object.entries(expected)) {
    for (const name of names) {
      assert.equal(exitCodeFor(`ERR_HEAP_${name}`), Number(exitCode), name);
      seen.add(`ERR_HEAP_${name}`);
    }
  }
  const declarations = fs.readFileSync(path.join(__dirname, '..', '..', 'index.d.ts'), 'utf8');
  const declared = [...declarations.matchAll(/\| '(ERR_HEAP_\w+)'/g)].map(([, code]) => code);
  assert.deepEqual(declared.sort(), [...seen].sort());
});
